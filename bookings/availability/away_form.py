"""From when to when somebody is away or the place is closed, by the clock of the place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings import away_words, when
from bookings.places import Closure, Location
from bookings.resources import Absence
from bookings.typed_fields import Day, Line


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Times look like 09:30.")},
    )


class AwayForm(forms.Form):
    """Whole days unless times are given; `span` is what it means, in UTC."""

    first = Day(label=pgettext_lazy("date", "From"))
    begin = _time(_("at"))
    last = Day(label=_("To, this day included"))
    end = _time(pgettext_lazy("end", "until"))
    reason = Line(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("For staff; customers never see it."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.location = location
        self.fields["begin"].help_text = self.fields["end"].help_text = _("Empty: the whole day.")

    @classmethod
    def of(cls, entered: Absence | Closure, location: Location) -> AwayForm:
        """The form with what is entered already."""
        begin, end = (each.astimezone(location.zone) for each in (entered.starts_at, entered.ends_at))
        found: dict[str, Any] = {"first": begin.date(), "last": end.date(), "reason": entered.reason}
        whole = away_words.days(entered.starts_at, entered.ends_at, location.zone)
        if whole:
            found["last"] = whole[1]
        else:
            found |= {"begin": begin.time(), "end": end.time()}
        return cls(location=location, initial=found)

    def clean(self) -> dict[str, Any]:
        """Put the wall times into the zone of the place; the end must be later."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if not first or not last:
            return cleaned
        begin = self._moment("begin", first, cleaned.get("begin") or time(), fold=0)
        if cleaned.get("end"):
            end = self._moment("end", last, cleaned["end"], fold=1)
        else:
            end = self._midnight(last + timedelta(days=1))
        if not self.errors and begin >= end:
            self.add_error("last", _("The end must be later than the beginning."))
        cleaned["span"] = (begin, end)
        return cleaned

    def _midnight(self, day: date) -> datetime:
        """Where clocks jump at midnight, the moment at which they do."""
        return datetime.combine(day, time(), self.location.zone).astimezone(UTC)

    def _moment(self, field: str, day: date, clock: time, *, fold: int) -> datetime:
        """Of two equal wall times the first begins and the second ends: nothing stays open between."""
        local = datetime.combine(day, clock, self.location.zone).replace(fold=fold)
        back = local.astimezone(UTC).astimezone(self.location.zone)
        if clock != time() and back.replace(tzinfo=None) != local.replace(tzinfo=None):
            self.add_error(field, _("Clocks are put forward that night: this time does not exist."))
        return (local if when.happens_twice(local) else local.replace(fold=0)).astimezone(UTC)
