"""Says in words what is wrong with hours, breaks, places and needs before anybody can book by them."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from bookings import embedding, opening, public_holidays
from bookings.file_fields import RESERVED_FOR_LOCATIONS, RESERVED_FOR_SERVICES
from bookings.places import Location, Requirement, Resource, ResourceKind, Service

USUAL_HOURS = "Mo-Fr 09:00-17:00; PH off"


class LocationForm(forms.ModelForm[Location]):
    """A location; its hours are read before they are kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "time_zone", [(name, name.replace("_", " ")) for name in sorted(available_timezones())])
        _offer(self, "country", [("", _("none: no public holidays")), *_countries()])
        if "opening_hours" in self.fields and not self.instance.pk:
            self.fields["opening_hours"].initial = USUAL_HOURS
            self.fields["opening_hours"].help_text = (
                _("As soon as the location is saved there is a form for them. Until then, for instance:")
                + f" {USUAL_HOURS}"
            )

    def clean_slug(self) -> str:
        """A first word of addresses that no other page has."""
        return _free(self.cleaned_data["slug"], RESERVED_FOR_LOCATIONS)

    def clean_opening_hours(self) -> str:
        """Hours that can be booked by; raises ValidationError in words."""
        text: str = self.cleaned_data["opening_hours"]
        opening.validate_hours(text)
        return text

    def clean_embed_parents(self) -> str:
        """Web origins, one a line."""
        return "\n".join(embedding.parents(self.cleaned_data["embed_parents"]))

    def clean_country(self) -> str:
        """Upper case, as the calendars of public holidays have it."""
        return str(self.cleaned_data["country"]).upper()

    def clean_currency(self) -> str:
        """Three letters (ISO 4217)."""
        code = str(self.cleaned_data["currency"]).upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise ValidationError(_("A currency is three letters, e.g. EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        """The country and subdivision must have a calendar, or public holidays would be missed silently."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        country, subdivision = cleaned.get("country", ""), cleaned.get("subdivision", "")
        if country and not public_holidays.is_known(country, subdivision):
            place = f"{country} {subdivision}".strip()
            self.add_error(
                "subdivision" if public_holidays.is_known(country) else "country",
                _("No calendar of public holidays is known for “%(place)s”.") % {"place": place},
            )
        return cleaned


class ResourceForm(forms.ModelForm[Resource]):
    """A person, room or thing; when it works has a page of its own."""


class ServiceForm(forms.ModelForm[Service]):
    """A service; a deposit is a part of its price."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "price" in self.fields:
            currency = self.instance.location.currency if self.instance.pk else ""
            self.fields["price"].help_text = (
                _("In %(currency)s.") % {"currency": currency}
                if currency
                else _("In the currency of the location.")
            )

    def clean_slug(self) -> str:
        """A word of addresses that no other page of the location has."""
        return _free(self.cleaned_data["slug"], RESERVED_FOR_SERVICES)

    def clean(self) -> dict[str, Any]:
        """A deposit above the price would never be paid back."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        price, deposit = cleaned.get("price"), cleaned.get("deposit")
        if price is not None and deposit is not None and deposit > price:
            self.add_error("deposit", _("The deposit is higher than the price."))
        return cleaned


class RequirementForm(forms.ModelForm[Requirement]):
    """What a service needs; only people and rooms of its own location, of the kind that it says."""

    class Meta:
        widgets: ClassVar[dict[str, Any]] = {"resources": forms.CheckboxSelectMultiple}

    def clean(self) -> dict[str, Any]:
        """Refuse what could never be booked; the service is known by now, a new one too."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        location_id = getattr(self.instance.service, "location_id", None)
        for each in cleaned.get("resources") or ():
            said = {"name": each.name, "kind": ResourceKind(each.kind).label}
            if location_id and each.location_id != location_id:
                self.add_error("resources", _("%(name)s belongs to another location.") % said)
            elif cleaned.get("kind") and each.kind != cleaned["kind"]:
                self.add_error("resources", _("%(name)s is of another kind: %(kind)s.") % said)
        return cleaned


def _offer(form: forms.ModelForm[Any], name: str, choices: list[tuple[str, str]]) -> None:
    """A list to choose from; what is stored and not in it stays what it is."""
    if name not in form.fields:
        return
    stored = getattr(form.instance, name, "")
    if stored and stored not in dict(choices):
        choices = [(stored, stored), *choices]
    form.fields[name].widget = forms.Select(choices=choices)


def _countries() -> list[tuple[str, str]]:
    """The countries whose public holidays are known, by their name in the reader's language."""
    names = Locale.parse(to_locale(get_language() or "en")).territories
    named = [(code, names.get(code, code)) for code in public_holidays.countries()]
    return sorted(named, key=lambda each: each[1])


def _free(slug: str, reserved: frozenset[str]) -> str:
    if slug in reserved:
        raise ValidationError(
            _("“%(slug)s” is the address of another page; take another word.") % {"slug": slug}
        )
    return slug
