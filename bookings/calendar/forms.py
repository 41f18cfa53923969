"""What staff fill in at the calendar: a time by the clock of the place."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings import roster, when
from bookings.forms import parse_start
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource
from bookings.typed_fields import Day, Line

REASON_LENGTH = 500


class TimeAtPlaceForm(forms.Form):
    """A wall time of a place, with anyone or with one person or room; `start` is its instant."""

    date = Day(label=_("Date"))
    time = forms.TimeField(
        label=_("Time"),
        input_formats=["%H:%M"],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Please enter the time."), "invalid": _("Times look like 09:30.")},
    )
    fold = forms.ChoiceField(
        label=_("This time comes twice that night"),
        required=False,
        choices=(
            ("", _("Choose which one")),
            ("0", _("The first, before clocks go back")),
            ("1", _("The second, after clocks have gone back")),
        ),
    )
    resource = forms.ChoiceField(label=_("With"), required=False)
    reason = Line(
        label=_("Reason to set the rules aside"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.TextInput({"autocomplete": "off", "list": "usual-reasons"}),
    )

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.location = location
        self.resources = {each.slug: each for each in location.resources.filter(is_active=True)}
        names = [(slug, each.name) for slug, each in self.resources.items()]
        self.fields["resource"].choices = [("", _("Anyone")), *names]  # type: ignore[attr-defined]

    @property
    def is_twice(self) -> bool:
        """Whether the page has to ask which of two equal wall times is meant."""
        return (
            bool(self["fold"].value()) or "fold" in self.errors
            if self.is_bound
            else bool(self.initial.get("fold"))
        )

    def clean_resource(self) -> Resource | None:
        """The person or room behind the slug; None for anyone."""
        return self.resources.get(self.cleaned_data["resource"])

    def clean(self) -> dict[str, Any]:
        """Turn the wall time into the instant that it names."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day, time = cleaned.get("date"), cleaned.get("time")
        if day and time:
            cleaned["start"] = self._instant(datetime.combine(day, time), cleaned.get("fold", ""))
        return cleaned

    def _instant(self, wall: datetime, fold: str) -> datetime:
        local = wall.replace(tzinfo=self.location.zone)
        if local.astimezone(ZoneInfo("UTC")).astimezone(self.location.zone).replace(tzinfo=None) != wall:
            self.add_error("time", _("Clocks are put forward that night: this time does not exist."))
        elif when.happens_twice(local):
            if not fold:
                self.add_error("fold", _("Clocks are put back that night. Which of the two is meant?"))
            return local.replace(fold=int(fold or 0))
        return local


class ServiceForm(TimeAtPlaceForm):
    """A time of one of the services of a place, for as many people as that service lets one booking be."""

    service = forms.ChoiceField(label=_("Service"))

    def __init__(self, *args: Any, location: Location, own: Service | None = None, **kwargs: Any) -> None:
        super().__init__(*args, location=location, **kwargs)
        offered = Q(is_active=True) | Q(pk=own.pk if own else None)
        self.services = {each.slug: each for each in location.services.filter(offered)}
        for each in self.services.values():
            each.location = location
        names = [
            (slug, _("%(name)s (%(minutes)d min)") % {"name": each.name, "minutes": each.minutes})
            for slug, each in self.services.items()
        ]
        self.fields["service"].choices = names  # type: ignore[attr-defined]
        self.fields |= self.of_service(self.chosen)
        self._offer_who_can_serve()

    def of_service(self, service: Service | None) -> dict[str, forms.Field]:
        """The fields that depend on the service that is chosen."""
        return {"people": _how_many(service.most_people)} if service and service.most_people > 1 else {}

    def _offer_who_can_serve(self) -> None:
        """Under "With" whoever can do the chosen service, and whoever is chosen already."""
        able = {each.slug for each in roster.usable(self.chosen)} if self.chosen else set()
        able |= {"", str(self["resource"].value() or "")}
        field: Any = self.fields["resource"]
        field.choices = [choice for choice in field.choices if choice[0] in able]

    @property
    def chosen(self) -> Service | None:
        """The service that the form is shown for: the one that is chosen, or the first."""
        slug = self.data.get("service") if self.is_bound else self.initial.get("service")
        return self.services.get(slug or "") or next(iter(self.services.values()), None)

    @property
    def party(self) -> forms.BoundField | None:
        """For how many people, where the service lets one booking be for several."""
        return self["people"] if "people" in self.fields else None

    def clean_service(self) -> Service:
        """The service behind the slug."""
        return self.services[self.cleaned_data["service"]]


def _how_many(most: int) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("People"),
        choices=[(number, str(number)) for number in range(1, most + 1)],
        initial=1,
        coerce=int,
        required=False,
        error_messages={"invalid_choice": _("One booking is for at most %(most)s people.") % {"most": most}},
    )


def initial_of(start: datetime, location: Location) -> dict[str, Any]:
    """The fields of the form for an instant."""
    local = start.astimezone(location.zone)
    fold = str(local.fold) if when.happens_twice(local) else ""
    return {"date": local.date(), "time": local.time(), "fold": fold}


def read_start(text: str) -> datetime | None:
    """The instant in an address, or None for anything else."""
    try:
        return parse_start(text)
    except (ValueError, OverflowError):
        return None


class TellingForm(forms.Form):
    """Whether the customer is written to about it, and if not, why."""

    tells = forms.ChoiceField(
        label=_("Does the customer get a message?"),
        required=False,
        choices=(("yes", _("Yes, with the new time")), ("no", _("No, they know already"))),
        initial="yes",
    )
    silence = Line(
        label=_("If not, why? It is kept in the history"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.TextInput({"autocomplete": "off", "list": "usual-silences"}),
    )

    @property
    def why(self) -> str:
        """What the history keeps: why against the rules, and why without a message."""
        silence = "" if self.cleaned_data["tells"] else self.cleaned_data["silence"]
        return " \N{MIDDLE DOT} ".join(part for part in (self.cleaned_data["reason"], silence) if part)

    def clean_tells(self) -> bool:
        """A form that does not say it tells them."""
        return bool(self.cleaned_data["tells"] != "no")

    def clean(self) -> dict[str, Any]:
        """Who says nothing to the customer says why."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("tells") is False and not cleaned.get("silence") and "silence" not in self.errors:
            self.add_error("silence", _("Please say why they are not told."))
        return cleaned


class MoveForm(TellingForm, TimeAtPlaceForm):
    """Where to move a booking."""


class ChangeForm(TellingForm, ServiceForm):
    """What a booking is to become, and when."""
