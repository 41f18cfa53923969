"""What was written down wrong about who comes: one form on the booking's page puts it right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings import attending
from bookings.booking import Booking
from bookings.calendar.new_booking_form import NewBookingForm

NAMES = ("name", "phone", "email", "notes")


class CorrectionForm(forms.Form):
    """The fields of the form that staff book with, filled with what stands there."""

    name, phone, email, notes = (NewBookingForm.base_fields[each] for each in NAMES)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        initial = {name: getattr(booking, name) for name in NAMES}
        super().__init__(*args, **{"label_suffix": "", "auto_id": "correct-%s", "initial": initial, **kwargs})
        self.booking = booking

    def clean_email(self) -> str:
        """The address as it stands where only its letters' size differs; one can be replaced, not removed."""
        typed, known = str(self.cleaned_data["email"]).strip(), self.booking.email
        if known and not typed:
            raise ValidationError(_("An address can be replaced. It cannot be removed: messages go there."))
        return known if typed.lower() == known.lower() else typed

    def clean(self) -> dict[str, Any]:
        """Somebody has to be reachable when the place has to call it off."""
        cleaned = super().clean() or {}
        was_reachable = self.booking.phone or self.booking.email
        if was_reachable and not self.errors and not cleaned["phone"] and not cleaned["email"]:
            raise ValidationError(
                _("Please enter a telephone number or an e-mail address: how else would they hear of it?")
            )
        return cleaned


def of(request: HttpRequest, booking: Booking) -> CorrectionForm:
    """The form as it was sent, or with what stands there."""
    sent = request.POST if request.POST.get("act") == attending.CORRECTING.code else None
    return CorrectionForm(sent, booking=booking)
