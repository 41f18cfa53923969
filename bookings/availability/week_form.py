"""The weekly hours of a place, a person or a service as a form, on top of the text that is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from bookings import opening, weekly_hours
from bookings.offerings import Service
from bookings.opening import InvalidHours
from bookings.places import Location
from bookings.resources import Resource
from bookings.weekly_hours import Day, NoTable, Week

WEEK, PLACE, TEXT = "week", "place", "text"
OWN, OFF, USUAL = "own", "off", "usual"
HOLIDAYS = "7"  # the row below the seven weekdays


@dataclass(frozen=True)
class Row:
    """One line of the form."""

    name: Any
    mode: BoundField | None
    times: BoundField


class WeekForm(forms.Form):
    """Hours in three shapes: weekdays, the text itself, or whenever the place is open (persons, services).

    A day without times is closed, or the service does not take place on it; a person says so.
    """

    shape = forms.ChoiceField(widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Written out"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
    )
    breaks = forms.CharField(
        label=_("Daily breaks"), required=False, max_length=200, help_text=_("Such as 12:30-13:15.")
    )

    def __init__(self, *args: Any, record: Location | Resource | Service, **kwargs: Any) -> None:
        self.record = record
        self.is_person, self.is_service = isinstance(record, Resource), isinstance(record, Service)
        self.is_within_place = self.is_person or self.is_service
        self.stored = stored(record)
        self.week = _read(self.stored)
        super().__init__(*args, **{"label_suffix": "", "initial": self._initial(), **kwargs})
        shapes = [(WEEK, _("On these days")), (TEXT, _("Written out"))]
        if self.is_within_place:
            shapes.insert(0, (PLACE, _("Whenever the place is open")))
        if not self.is_person:
            del self.fields["breaks"]
        self.fields["shape"].choices = shapes  # type: ignore[attr-defined]
        for number in "0123456":
            self._add(number, WEEKDAYS[int(number)])
        self._add(HOLIDAYS, _("Public holidays"))

    @property
    def has_no_table(self) -> bool:
        """Whether the stored hours say more than the table can show."""
        return self.week is None

    @property
    def rows(self) -> Iterator[Row]:
        """A line for each weekday and one for public holidays."""
        for number in "01234567":
            name = self.fields[f"times_{number}"].label
            mode = self[f"mode_{number}"] if f"mode_{number}" in self.fields else None
            yield Row(name, mode, self[f"times_{number}"])

    def clean(self) -> dict[str, Any]:
        """Put together the text to store, and the breaks."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["hours"] = self._hours(cleaned)
        return cleaned

    def clean_breaks(self) -> list[str]:
        """The breaks as they are stored."""
        try:
            return weekly_hours.written(weekly_hours.parse_times(self.cleaned_data["breaks"]))
        except InvalidHours as error:
            raise ValidationError(str(error)) from error

    def _hours(self, cleaned: dict[str, Any]) -> str:
        if cleaned.get("shape") == PLACE:
            return ""
        try:
            if cleaned.get("shape") == TEXT:
                opening.parse(cleaned.get("text", ""))
                return str(cleaned.get("text", ""))
            week = Week(
                tuple(self._day(cleaned, str(number)) or Day() for number in range(7)),
                self._day(cleaned, HOLIDAYS),
            )
            if self.errors:
                return ""
            return self.stored if week == self.week else weekly_hours.write(week)
        except InvalidHours as error:
            self.add_error("text" if cleaned.get("shape") == TEXT else None, str(error))
            return ""

    def _day(self, cleaned: dict[str, Any], number: str) -> Day | None:
        """A line of the form; None for holidays without hours of their own."""
        mode, typed = cleaned.get(f"mode_{number}", OWN), cleaned.get(f"times_{number}", "")
        if mode != OWN and typed:
            self.add_error(f"times_{number}", _("Times are written here, and something else is chosen."))
        if mode == OWN:
            return self._times(number, typed)
        return {OFF: Day(), PLACE: Day(is_whole=True)}.get(mode)

    def _times(self, number: str, typed: str) -> Day:
        if not typed and (self.is_person or number == HOLIDAYS):
            self.add_error(f"times_{number}", _("Enter the times."))
        try:
            return Day(weekly_hours.parse_times(typed))
        except InvalidHours as error:
            self.add_error(f"times_{number}", str(error))
            return Day()

    def _add(self, number: str, name: Any) -> None:
        """A line; the weekdays of a place need no choice: without times it is closed."""
        self.fields[f"times_{number}"] = forms.CharField(label=name, required=False, max_length=200)
        modes = [(OWN, _("at these times"))]
        if self.is_within_place:
            modes.insert(0 if self.is_person else 1, (PLACE, _("while the place is open")))
        if self.is_person or number == HOLIDAYS:
            modes.append((OFF, self._off()))
        if number == HOLIDAYS:
            modes.insert(0, (USUAL, _("like any other day")))
        if self.is_within_place or number == HOLIDAYS:
            self.fields[f"mode_{number}"] = forms.ChoiceField(label=name, choices=modes)

    def _off(self) -> Any:
        if self.is_service:
            return _("not offered")
        return _("not at work") if self.is_person else _("closed")

    def _initial(self) -> dict[str, Any]:
        week = self.week or Week((Day(),) * 7)
        found: dict[str, Any] = {"shape": WEEK if self.week else TEXT, "text": self.stored}
        if isinstance(self.record, Resource):
            found["breaks"] = weekly_hours.say_times(opening.parse_span(each) for each in self.record.breaks)
        if self.is_within_place and not self.stored:
            found["shape"] = PLACE
        if self.is_service and not self.stored:
            week = Week((Day(),) * 7)  # so that the few days on which it takes place are all there is to type
        for number, day in enumerate((*week.days, week.holidays)):
            found |= self._line(str(number), day)
        return found

    def _line(self, number: str, day: Day | None) -> dict[str, str]:
        if day is None:
            return {f"mode_{number}": USUAL, f"times_{number}": ""}
        if day.is_whole and not self.is_within_place:
            day = Day(((0, opening.DAY_MINUTES),))
        off = OWN if self.is_service and number != HOLIDAYS else OFF
        mode = OWN if day.spans else PLACE if day.is_whole else off
        return {f"mode_{number}": mode, f"times_{number}": weekly_hours.say_times(day.spans)}


def stored(record: Location | Resource | Service) -> str:
    """The text of these hours."""
    return record.opening_hours if isinstance(record, Location) else record.hours


def _read(text: str) -> Week | None:
    if not text:
        return weekly_hours.EVERY_DAY
    try:
        return weekly_hours.read(text)
    except (NoTable, InvalidHours):
        return None
