"""Whether a booking fits into a time that was chosen for it, said before anybody presses."""

from __future__ import annotations

from dataclasses import dataclass

from bookings import allocation, altering, changes, times
from bookings.altering import Wanted
from bookings.booking import Booking
from bookings.eligibility import Rules
from bookings.times import Offer

FINAL = frozenset({"past", "inactive"})  # no reason sets these aside


@dataclass(frozen=True)
class Verdict:
    """What speaks against a time: `rule` in words, which a reason may set aside, or that it `is_taken`."""

    rule: str = ""
    is_final: bool = False
    is_taken: bool = False

    @property
    def is_against(self) -> bool:
        return bool(self.rule) or self.is_taken


def of(booking: Booking, wanted: Wanted) -> Verdict:
    """For the booking as it would be; the time that it has itself counts as free."""
    if altering.keeps_place(booking, wanted):
        return Verdict()
    service, start, resource = wanted.service, wanted.start, wanted.resource
    refusal = allocation.refusal_of(service, start, resource, Rules.DESK)
    is_final = refusal is not None and refusal.code in FINAL
    leaving = changes.left_alone(booking.session, booking)
    is_free = times.is_free(service, start, resource=resource, people=wanted.people, leaving=leaving)
    return Verdict(str(refusal) if refusal else "", is_final, not is_final and not is_free)


def nearest(booking: Booking, wanted: Wanted) -> list[Offer]:
    """The free times nearest to what was wanted, for the booking as it would be."""
    return times.nearest(
        wanted.service,
        wanted.start,
        resource=wanted.resource,
        people=wanted.people,
        at_the_desk=True,
        leaving=changes.left_alone(booking.session, booking),
    )
