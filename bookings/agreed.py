"""What was agreed about a booking, kept in words of no language, so that before and after can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings import money, when
from bookings.booking import Booking

BEFORE = "before"
DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Agreed:
    """Of a booking as it was or is; `start` is local with its offset, prices in the major unit."""

    service: str
    people: int
    start: str
    minutes: int
    person: str
    price: str
    deposit: str
    currency: str
    zone: str

    @property
    def end(self) -> datetime:
        """By the clock of the place."""
        end = datetime.fromisoformat(self.start).astimezone(UTC) + timedelta(minutes=self.minutes)
        return end.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was, in words."""

    label: str
    before: str
    after: str


def of(booking: Booking) -> Agreed:
    """What is agreed now."""
    minutes = int((booking.ends_at - booking.starts_at).total_seconds()) // 60
    return Agreed(
        service=booking.service.name,
        people=booking.people,
        start=booking.local_start,
        minutes=minutes,
        person=booking.resource.name if booking.resource else "",
        price=str(booking.price),
        deposit="" if booking.deposit is None else str(booking.deposit),
        currency=booking.currency,
        zone=booking.time_zone,
    )


def kept(agreed: Agreed) -> dict[str, Any]:
    """As a message keeps it until it leaves."""
    return asdict(agreed)


def in_short(before: Agreed, after: Agreed) -> dict[str, str]:
    """Both in a line for the history, the same for every reader; with the date where that differs."""
    dates = {datetime.fromisoformat(each.start).date() for each in (before, after)}
    shape = "%H:%M" if len(dates) == 1 else "%Y-%m-%d %H:%M"
    return {"was": _line(before, shape), "becomes": _line(after, shape)}


def differences(before: Agreed, after: Agreed, language: str) -> list[Difference]:
    """What a reader of this language is told to be different."""
    one, other = (_said(each, language) for each in (before, after))
    return [Difference(label, one[label], said) for label, said in other.items() if one[label] != said]


def told(before: Mapping[str, Any] | None, booking: Booking, language: str) -> list[Difference]:
    """The same for a message that keeps what was; without it, as in a preview, nothing is different."""
    if not before:
        return []
    return differences(was(before, booking), of(booking), language)


def was(before: Mapping[str, Any], booking: Booking) -> Agreed:
    """What a message keeps; without a currency of its own, as long as that could not differ."""
    return Agreed(**{"currency": booking.currency, **before})


def is_only_moved(before: Agreed, after: Agreed) -> bool:
    """Whether nothing but the time, and with whom, is different."""
    return replace(before, start=after.start, person=after.person) == after


def _line(agreed: Agreed, shape: str) -> str:
    what = (
        f"{agreed.service} \N{MULTIPLICATION SIGN} {agreed.people}" if agreed.people > 1 else agreed.service
    )
    span = f"{datetime.fromisoformat(agreed.start):{shape}}{DASH}{agreed.end:%H:%M}"
    amount = f"{money.in_fractions(Decimal(agreed.price), agreed.currency)} {agreed.currency}".strip()
    return ", ".join(part for part in (what, agreed.person, span, amount) if part)


def _said(agreed: Agreed, language: str) -> dict[str, str]:
    start = when.spoken(datetime.fromisoformat(agreed.start), ZoneInfo(agreed.zone), language)
    price, deposit = (
        money.spoken_price(Decimal(amount), agreed.currency, language) if amount else DASH
        for amount in (agreed.price, agreed.deposit)
    )
    return {
        _("Service"): agreed.service,
        _("People"): str(agreed.people),
        _("When"): f"{start.date}, {start.time}",
        _("Minutes"): str(agreed.minutes),
        _("With"): agreed.person or DASH,
        _("Price"): price,
        _("Deposit"): deposit,
    }
