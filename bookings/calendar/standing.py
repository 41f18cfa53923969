"""How a booking stands, in a word, a sign and a colour that says no more than the word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, CharField, F, Func, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bookings import text_messages
from bookings.booking import Booking, Status, Waiting
from notifications.models import Delivery
from operations import recovery
from operations.recovery import Condition

Text = str | Promise


@dataclass(frozen=True)
class Standing:
    """`level` is one of the desk's four colours."""

    word: Text
    sign: str
    level: str


@dataclass(frozen=True)
class Mark:
    """A condition that lists a booking or one of its messages, and the page that tells why."""

    title: str
    page: str
    is_urgent: bool
    says_standing: bool = False
    """Whether the word for the booking's standing says the same."""


RECEIVED = Standing(_("Received"), "\N{HORIZONTAL ELLIPSIS}", "waiting")
MISSED = Standing(_("Nobody came"), "\N{BALLOT X}", "trouble")
WAITING = {
    Waiting.STAFF: Standing(_("Waits for your answer"), "?", "waiting"),
    Waiting.PAYMENT: Standing(_("Waits for the payment"), "?", "waiting"),
    Waiting.PARTNER: Standing(_("Waits for a partner"), "?", "waiting"),
}
STANDINGS = {
    Status.DRAFT: Standing(pgettext_lazy("a time", "Held"), "\N{HORIZONTAL ELLIPSIS}", "waiting"),
    Status.SUBMITTED: RECEIVED,
    Status.ACCEPTED: Standing(_("Confirmed"), "\N{CHECK MARK}", "good"),
    Status.IN_PROGRESS: Standing(_("Under way"), "\N{BLACK RIGHT-POINTING POINTER}", "tells"),
    Status.COMPLETED: Standing(_("Completed"), "\N{BLACK SQUARE}", "over"),
    Status.CANCELLED: Standing(_("Cancelled"), "\N{EN DASH}", "over"),
    Status.FAILED: Standing(_("Not possible"), "!", "trouble"),
}


SAID_BY_THE_WORD = frozenset({"bookings.awaiting_staff", "bookings.awaiting_confirmation"})


def every() -> list[Standing]:
    """All the ways in which a booking can stand."""
    return [MISSED, *WAITING.values(), *STANDINGS.values()]


def of(booking: Booking) -> Standing:
    """The booking's standing; never none, whatever its state."""
    if booking.no_show:
        return MISSED
    if booking.waiting_for:
        return WAITING[Waiting(booking.waiting_for)]
    return STANDINGS[Status(booking.status)]


def called(booking: Booking) -> str:
    """The name to call the booking by, also where nobody has asked yet, or it was forgotten."""
    if booking.name:
        return booking.name
    return gettext("somebody forgotten") if booking.forgotten_at else gettext("No name yet")


def reached_by(booking: Booking) -> str:
    """How messages reach the customer: "mail", "text", or "" when nothing can be sent."""
    if booking.email:
        return "mail"
    return "text" if booking.phone and text_messages.are_sent(booking.location) else ""


def marks(bookings: Sequence[Booking], user: Any) -> dict[int, list[Mark]]:
    """By booking, every condition that lists it or one of its messages now; one query for all of them."""
    ids = [booking.pk for booking in bookings]
    found: dict[int, list[Mark]] = defaultdict(list)
    listed = [rows for condition in _concerning(user) if (rows := _listed(condition, ids)) is not None]
    if not ids or not listed:
        return found
    conditions = recovery.conditions()
    for booking, code, record in sorted(listed[0].union(*listed[1:], all=True)):
        condition = conditions[code]
        page = reverse("admin:desk_record", args=[code, record])
        is_urgent = condition.urgency == recovery.Urgency.NEEDS_PERSON
        says_standing = code in SAID_BY_THE_WORD
        found[booking].append(
            Mark(str(condition.title), page, is_urgent and not says_standing, says_standing)
        )
    return found


def page_of_word(marks: Sequence[Mark]) -> str:
    """The page that tells why a booking stands as it does, or "": its word leads there."""
    return next((mark.page for mark in marks if mark.says_standing), "")


def beside_word(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that say more than the word for the standing does."""
    return [mark for mark in marks if not mark.says_standing]


def _concerning(user: Any) -> Iterable[Condition]:
    seen = [Booking] + ([Delivery] if user.has_perm("notifications.view_delivery") else [])
    return [each for each in recovery.conditions().values() if each.model in seen]


def _listed(condition: Condition, ids: list[int]) -> Any:
    column = "pk" if condition.model is Booking else "message__booking"
    code = Value(condition.code, CharField())
    records = condition.records().filter(_is_any(column, ids))
    return records.order_by().values_list(column, code, "pk")


def _is_any(column: str, ids: list[int]) -> Func:
    """One array instead of a parameter for each id: there are as many lists of them as conditions."""
    array = Func(Value(ids, ArrayField(BigIntegerField())), template="(%(expressions)s)")
    return Func(
        F(column),
        array,
        template="%(expressions)s",
        arg_joiner=" = ANY",
        output_field=BooleanField(),
    )
