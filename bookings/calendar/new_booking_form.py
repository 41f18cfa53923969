"""The form for somebody on the telephone: who it is, what their service asks, how many and how often."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from bookings import question_fields, questions
from bookings.calendar.forms import ServiceForm
from bookings.eligibility import Rules
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.places import Location
from bookings.recurrence import Every
from bookings.series import Rhythm
from bookings.typed_fields import Address, Line, Paragraphs

USUAL_COUNT = 10
OF_RHYTHM = frozenset({"service", "date", "time", "fold", "resource", "people", "every", "count"})


class NewBookingForm(ServiceForm):
    """A booking on behalf of somebody who can be reached by telephone or mail."""

    phone = Line(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )
    name = Line(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Please enter the name.")},
    )
    email = Address(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": _("Please enter an e-mail address like name@example.com.")},
    )
    notes = Paragraphs(
        label=_("What the customer says"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )
    every = forms.ChoiceField(
        label=_("How often?"), required=False, choices=[("", _("Once")), *Every.choices]
    )
    count = forms.TypedChoiceField(
        label=_("How many times?"), required=False, coerce=int, initial=USUAL_COUNT
    )
    unreachable = forms.BooleanField(
        label=_("Walk-in: cannot be reached, so nothing is sent"), required=False
    )
    confirm_duplicate = forms.BooleanField(label=_("Both are meant"), required=False)

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, location=location, **kwargs)
        most = settings.HOLDFAST.series_bookings_count
        self.fields["count"].choices = [(number, str(number)) for number in range(2, most + 1)]  # type: ignore[attr-defined]
        if not self.is_bound:  # where it was opened from the table, all but the person is chosen
            first = "phone" if self.initial.get("resource") else "service"
            self.fields[first].widget.attrs["autofocus"] = True

    def of_service(self, service: Service | None) -> dict[str, forms.Field]:
        """Also what the service asks. Staff may leave every question open: a call is short."""
        asked = question_fields.fields(questions.asked(service)) if service else {}
        for field in asked.values():
            field.required = False
        return super().of_service(service) | asked

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions of the service, as fields."""
        return [self[name] for name in self.fields if name.startswith(question_fields.PREFIX)]

    @property
    def was_complete(self) -> bool:
        """Whether the page that was sent showed all that its service asks: another may have been chosen."""
        if not self.asked and self.party is None:
            return True
        return self.chosen is not None and self.data.get("asked_for") == self.chosen.slug

    def clean(self) -> dict[str, Any]:
        """Somebody has to be reachable when the place has to call it off."""
        cleaned = super().clean()
        if cleaned.get("every") and not cleaned.get("count") and "count" not in self.errors:
            self.add_error("count", _("Please choose how many times."))
        is_typed_well = not {"phone", "email"} & self.errors.keys()
        is_reached = cleaned.get("phone") or cleaned.get("email") or cleaned.get("unreachable")
        if is_typed_well and not is_reached:
            raise ValidationError(
                _(
                    "Please enter a telephone number or an e-mail address: how else would they hear of it? "
                    "Tick “walk-in” if they cannot be reached."
                )
            )
        return cleaned

    @property
    def says_when(self) -> bool:
        """Whether the time can be held: who it is for may come later, nothing may be wrong."""
        has_name = bool(str(self.data.get("name", "")).strip())
        may_come_later = {NON_FIELD_ERRORS} | (set() if has_name else {"name"})
        return not self.errors.keys() - may_come_later

    def rhythm(self) -> Rhythm | None:
        """The series that is asked for, whoever it will be for; None as long as one cannot say which."""
        self.is_valid()
        given = self.cleaned_data
        if OF_RHYTHM & self.errors.keys() or not given.get("every"):
            return None
        return Rhythm(
            service=given["service"],
            first=given["start"],
            every=given["every"],
            count=given["count"],
            resource=given["resource"],
            people=given.get("people") or 1,
            rules=_rules(given),
        )

    def submission(self) -> Submission:
        """What the domain takes; the form must be valid, or say when and be for holding the time."""
        given = {"name": "", **self.cleaned_data}
        taken = ("service", "start", "resource", "name", "email", "phone", "notes", "confirm_duplicate")
        return Submission(
            language=self.location.locale,
            rules=_rules(given),
            people=given.get("people") or 1,
            answers=question_fields.answers(given),
            **{name: given[name] for name in taken},
        )


def _rules(given: dict[str, Any]) -> Rules:
    """Who gives a reason sets them aside."""
    return Rules.SET_ASIDE if given.get("reason") else Rules.DESK
