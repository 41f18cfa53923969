"""Lets staff write times as the clock on the wall of the place shows them, wherever the server is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.places import Location
from bookings.typed_fields import FIRST_YEAR, LAST_YEAR, UNUSUAL_YEAR


class LocalTimesForm(forms.ModelForm[Any]):
    """A form whose `local_times` are wall times of the record's location."""

    local_times: ClassVar[tuple[str, ...]] = ("starts_at", "ends_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            zone = self.location_of(self.instance).zone
            for name in self.local_times:
                local = getattr(self.instance, name).astimezone(zone).replace(tzinfo=None)
                self.initial[name] = timezone.make_aware(local)

    def location_of(self, record: Any) -> Location:
        """The location whose clock the times are read from."""
        found: Location = record.location
        return found

    def clean(self) -> dict[str, Any]:
        """Put the wall times into the location's zone, and refuse an end before the beginning."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        location = self._location(cleaned)
        if location is None:
            return cleaned
        for name in self.local_times:
            if moment := cleaned.get(name):
                if FIRST_YEAR <= moment.year <= LAST_YEAR:
                    cleaned[name] = self._at(name, moment, location.zone)
                else:
                    self.add_error(name, UNUSUAL_YEAR)
        starts_at, ends_at = (cleaned.get(name) for name in self.local_times)
        if starts_at and ends_at and starts_at >= ends_at:
            self.add_error(self.local_times[1], _("The end must be later than the beginning."))
        return cleaned

    def _location(self, cleaned: dict[str, Any]) -> Location | None:
        location: Location | None = cleaned.get("location")
        return location

    def _at(self, name: str, moment: datetime, zone: ZoneInfo) -> datetime:
        local = timezone.make_naive(moment).replace(tzinfo=zone)
        if local.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != local.replace(
            tzinfo=None
        ):
            self.add_error(
                name, ValidationError(_("Clocks are put forward that night: this time does not exist."))
            )
        return local
