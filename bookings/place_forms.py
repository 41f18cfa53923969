"""Says in words what is wrong with hours, breaks, places and needs before anybody can book by them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings import embedding, opening, public_holidays
from bookings.file_fields import RESERVED_FOR_LOCATIONS, RESERVED_FOR_SERVICES
from bookings.places import Location, Resource, Service


class LocationForm(forms.ModelForm[Location]):
    """A location; its hours are read before they are kept."""

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
    """A person, room or thing; its own hours and breaks are read before they are kept."""

    def clean_hours(self) -> str:
        """Own hours that can be booked by, or none."""
        text: str = self.cleaned_data["hours"]
        if text:
            opening.validate_hours(text)
        return text

    def clean_breaks(self) -> list[str]:
        """A list of time spans within a day."""
        breaks = self.cleaned_data["breaks"] or []
        if not isinstance(breaks, list) or not all(isinstance(entry, str) for entry in breaks):
            raise ValidationError(_("Write breaks as a list, e.g. [“12:30-13:15”] with straight quotes."))
        try:
            for entry in breaks:
                opening.parse_span(entry)
        except opening.InvalidHours as error:
            raise ValidationError(str(error)) from error
        return breaks


class ServiceForm(forms.ModelForm[Service]):
    """A service; a deposit is a part of its price."""

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


def _free(slug: str, reserved: frozenset[str]) -> str:
    if slug in reserved:
        raise ValidationError(
            _("“%(slug)s” is the address of another page; take another word.") % {"slug": slug}
        )
    return slug
