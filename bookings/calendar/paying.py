"""Money that is taken at the front desk: the remedy that confirms a payment by hand, beside the booking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings import money, when
from bookings.booking import Booking, Status, Waiting
from bookings.calendar.entering import may
from bookings.typed_fields import Line
from operations import intents, recovery
from operations.console import RemedyAction

PAID, CONDITION, REMEDY = "paid", "bookings.awaiting_confirmation", "confirm"
WAYS = {
    "cash": _("Paid in cash at the desk"),
    "card": _("Paid by card at the desk"),
    "transfer": _("Paid by bank transfer"),
}


class PaidForm(forms.Form):
    """How it was paid, and what shows it."""

    way = forms.ChoiceField(
        label=_("How was it paid?"),
        choices=list(WAYS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how it was paid.")},
    )
    receipt = Line(
        label=_("Receipt number"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "paid_%s", **kwargs})

    @property
    def evidence(self) -> str:
        """The words that are kept in the history; the form must be valid."""
        parts = (str(WAYS[self.cleaned_data["way"]]), self.cleaned_data["receipt"])
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Due:
    """What the page offers while a payment is waited for; `why_not` says why it cannot be confirmed."""

    form: PaidForm
    price: str
    deposit: str
    why_not: str
    is_allowed: bool


def permission() -> str:
    """What confirming a payment needs."""
    return _action().remedy.permission


def due(request: HttpRequest, booking: Booking) -> Due | None:
    """The form as it was sent, or empty; None where no payment is waited for."""
    if booking.status != Status.SUBMITTED or booking.waiting_for != Waiting.PAYMENT:
        return None
    sent = request.POST if request.POST.get("act") == PAID else None
    language = when.of_reader()
    return Due(
        PaidForm(sent),
        money.spoken_price(booking.price, booking.currency, language),
        money.spoken_price(booking.deposit, booking.currency, language) if booking.deposit else "",
        _action().remedy.refuses(booking),
        may(request, permission()),
    )


def confirm(request: HttpRequest, booking: Booking, version: int, evidence: str) -> tuple[str, str]:
    """Confirm it once, on this evidence: what came of it, and the words for whoever pressed.

    Raises RequestRefused for a form that is not ours.
    """
    number = intents.read(request.POST.get("request_id", ""), f"desk:{REMEDY}")
    outcome = _action().press(request, booking, version, number, "", {"evidence": evidence})
    return str(outcome.result), outcome.message


def _action() -> RemedyAction:
    condition = recovery.conditions()[CONDITION]
    return RemedyAction(condition, condition.remedy(REMEDY))
