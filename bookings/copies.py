"""How often a customer may have a message sent again: anybody can type the address of somebody else."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import language
from bookings.booking import Booking
from operations.intents import Intent

PAUSE = timedelta(minutes=5)
ASKED = "resend"  # what became of a request for a copy
A_MINUTE = timedelta(minutes=1)


def wait(booking: Booking) -> str:
    """Why the customer cannot ask for a copy yet, and when they can; "" when they can now. One query.

    It ends with the minute, so that what the sentence says is true to the second.
    """
    asked = Intent.objects.filter(
        subject_model=booking._meta.label_lower, subject_id=booking.pk, outcome=ASKED
    )
    last = asked.order_by("-created_at").values_list("created_at", flat=True).first()
    if last is None:
        return ""
    again = (last + PAUSE + A_MINUTE).replace(second=0, microsecond=0)
    if timezone.now() >= again:
        return ""
    said = {"asked": last, "again": again}
    spoken = {name: language.spoken(moment, booking.location).time for name, moment in said.items()}
    return _("You asked for a copy at %(asked)s. You can ask for another one from %(again)s on.") % spoken
