"""Says in words what is wrong with hours, breaks, places and needs before anybody can book by them."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings import embedding, place_choices, public_holidays
from bookings.file_fields import RESERVED_FOR_LOCATIONS, RESERVED_FOR_SERVICES
from bookings.offerings import MOST_TO_PAY, Requirement, Service
from bookings.place_choices import Choices, LongSelect
from bookings.places import Location
from bookings.resources import Resource, ResourceKind

USUAL_HOURS = "Mo-Fr 09:00-17:00; PH off"  # until somebody fills in the page of hours, which comes next


class LocationForm(forms.ModelForm[Location]):
    """A location; when it is open has a page of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.instance.opening_hours = USUAL_HOURS
        _offer(self, "country", place_choices.countries())
        _offer(self, "currency", place_choices.currencies())
        self._ask_for_the_clock()
        self._ask_for_the_language()
        for name in ("about", "address", "how_to_pay", "embed_parents"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3
        if colour := self.fields.get("colour"):
            colour.widget.attrs["data-picker"] = _("Choose a colour")

    def _ask_for_the_clock(self) -> None:
        """Nothing is chosen in silence: a wrong clock would shift every booking."""
        if field := self.fields.get("time_zone"):
            usual = Location.objects.order_by().values_list("time_zone", flat=True).distinct()
            _offer(self, "time_zone", [("", _("Please choose")), *place_choices.zones(usual)])
            field.error_messages["required"] = _("Please choose the clock that hangs on its wall.")
            if not self.instance.pk:
                field.widget.attrs["data-guess"] = _("Taken from the clock of this computer.")

    def _ask_for_the_language(self) -> None:
        """One of ours, or what is stored already."""
        if field := self.fields.get("locale"):
            choices = place_choices.with_stored(place_choices.locales(), self.instance.locale)
            mine = get_language() or "en"
            self.fields["locale"] = forms.ChoiceField(
                choices=choices,
                label=field.label,
                help_text=_(
                    "Of its messages when a customer has chosen none, and how it writes dates and prices."
                ),
                initial=self.instance.locale if self.instance.pk else mine,
            )
            if not self.instance.pk:
                self.initial["locale"] = mine

    def clean_slug(self) -> str:
        """A first word of addresses that no other page has."""
        return _free(self.cleaned_data["slug"], RESERVED_FOR_LOCATIONS)

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
        if "how_to_join" in self.fields:
            self.fields["how_to_join"].widget.attrs["rows"] = 3
        if hours := self.fields.get("reminder_hours"):
            hours.error_messages["item_invalid"] = _("Write hours as numbers, e.g. 24, 2.")
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
        """A deposit above the price would never be paid back, and a group pays for each of its places."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        price, deposit = cleaned.get("price"), cleaned.get("deposit")
        if price is not None and deposit is not None and deposit > price:
            self.add_error("deposit", _("The deposit is higher than the price."))
        if price is not None and price * (cleaned.get("capacity") or 1) > MOST_TO_PAY:
            most = {"most": number_format(MOST_TO_PAY, use_l10n=True, force_grouping=True)}
            self.add_error("price", _("All places together cost more than %(most)s.") % most)
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


def _offer(form: forms.ModelForm[Any], name: str, choices: Choices) -> None:
    """A list to choose from; what is stored and not in it stays what it is."""
    if name in form.fields:
        stored = getattr(form.instance, name, "")
        form.fields[name].widget = LongSelect(choices=place_choices.with_stored(choices, stored))


def _free(slug: str, reserved: frozenset[str]) -> str:
    if slug in reserved:
        raise ValidationError(
            _("“%(slug)s” is the address of another page; take another word.") % {"slug": slug}
        )
    return slug
