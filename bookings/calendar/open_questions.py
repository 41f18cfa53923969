"""What the service asks and nobody has asked this customer yet: the booking's page asks it later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from bookings import attending, question_fields, questions
from bookings.booking import Booking


class OpenQuestionsForm(forms.Form):
    """The questions without an answer, each of them optional: one may be asked today and one tomorrow."""

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields |= question_fields.fields(questions.not_asked_yet(booking.service, booking.answers))
        for field in self.fields.values():
            field.required = False

    def answers(self) -> dict[str, Any]:
        """By the questions' codes, without the empty ones; the form must be valid."""
        return question_fields.answers(dict(self.cleaned_data))


def of(request: HttpRequest, booking: Booking) -> OpenQuestionsForm | None:
    """The form as it was sent, or empty; None when everything is asked, or it is too late to ask."""
    if attending.ANSWERING.refuses(booking):
        return None
    sent = request.POST if request.POST.get("act") == attending.ANSWERING.code else None
    form = OpenQuestionsForm(sent, booking=booking)
    return form if form.fields else None
