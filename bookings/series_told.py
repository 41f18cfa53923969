"""What the page of a series says beside its bookings: the dates left out, the price of all, how to pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from bookings import language, money
from bookings.booking import Booking, Status, Waiting
from bookings.offerings import Approval
from bookings.recurrence import Series
from bookings.series import Occasion

GONE = frozenset({Status.CANCELLED, Status.FAILED})


@dataclass(frozen=True)
class LeftOut:
    """A date that was not asked for in the end: `start` is None where clocks skip it."""

    day: date
    start: datetime | None
    why: str


def kept_of(plan: Sequence[Occasion], kept: Sequence[datetime]) -> list[dict[str, str | None]]:
    """The dates of a plan that are not kept, as a series keeps them, with what its maker was told."""
    return [
        {
            "day": each.day.isoformat(),
            "start": each.start.isoformat() if each.start else None,
            "why": each.why,
        }
        for each in plan
        if each.start not in kept
    ]


def left_out(series: Series) -> list[LeftOut]:
    """The dates that were left out, in order; what was free had no tick."""
    return [
        LeftOut(
            day=date.fromisoformat(each["day"]),
            start=datetime.fromisoformat(each["start"]) if each["start"] else None,
            why=each["why"] or _("It was not ticked."),
        )
        for each in series.left_out
    ]


def total(series: Series, bookings: Sequence[Booking]) -> str:
    """The price of all that stands, in words; "" when nothing does or all of it is free."""
    return _spoken(series, [each for each in bookings if each.status not in GONE], [])


def how_to_pay(series: Series, bookings: Sequence[Booking]) -> list[str]:
    """What is to be paid until when, and how, line by line; empty when nothing waits for a payment."""
    unpaid = [each for each in bookings if _is_unpaid(series, each)]
    if not unpaid:
        return []
    deadlines = [each.answer_until for each in unpaid if each.answer_until]
    said = {"amount": _spoken(series, unpaid, unpaid), "place": series.location.name}
    if deadlines:
        spoken = language.spoken(min(deadlines), series.location)
        said["when"] = f"{spoken.date}, {spoken.time}"
        first = _("Please pay %(amount)s by %(when)s; the times are held until then.") % said
    else:
        first = _("%(amount)s is to be paid before they are confirmed.") % said
    how = series.location.how_to_pay or _("%(place)s tells you how.") % said
    return [first, *how.splitlines()]


def _is_unpaid(series: Series, booking: Booking) -> bool:
    """Also one that no worker has looked at yet: it will wait."""
    if booking.status != Status.SUBMITTED:
        return False
    is_new = not booking.waiting_for and series.service.approval == Approval.PAYMENT
    return is_new or booking.waiting_for == Waiting.PAYMENT


def _spoken(series: Series, bookings: Sequence[Booking], with_deposit: Sequence[Booking]) -> str:
    """The sum of their prices, or of the deposits of those where only that is paid beforehand."""
    amounts = [each.deposit if each in with_deposit and each.deposit else each.price for each in bookings]
    amount = sum(amounts, Decimal())
    if not amount:
        return ""
    currency = bookings[0].currency or series.location.currency
    return money.spoken_price(amount, currency, language.of_reader(series.location))
