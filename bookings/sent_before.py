"""Reads a form that was recorded before as it was sent, whatever the place asks for by now."""

from __future__ import annotations

from typing import TypeVar

from bookings import drafts, intake
from bookings.forms import BookingForm
from operations import intents

F = TypeVar("F", bound=BookingForm)


def read(form: F, key: intents.Request) -> F:
    """The form; where its request was recorded already, what the place decides about fields does not count.

    Whether it says the same as then is told by the request's fingerprint, as always.
    """
    if form.is_valid() or not _is_recorded(key):
        return form
    sent = type(form)(form.data, service=form.service, is_repeat=True)
    return sent if sent.is_valid() else form


def _is_recorded(key: intents.Request) -> bool:
    """A draft that was never sent is none: it still changes with the form, which must be right."""
    intent = intents.find(key)
    if intent is None:
        return False
    return intent.outcome != drafts.HELD or not intake.booking_of(intent).is_unsent
