"""Who could come to most dates of a series, so that “anyone” is the same person each time if that can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bookings import roster, times
from bookings.intake import Submission
from bookings.resources import Resource


def preferred(wanted: Submission, starts: Sequence[datetime]) -> Resource | None:
    """Who is free at most of these starts, by their order among equals; a look that promises nothing.

    None where somebody is wished for, where people come to one class, and where nobody is free. The rules are
    read once; two queries for each date.
    """
    service = wanted.service
    if wanted.resource or service.capacity > 1:
        return None
    days = {start: start.astimezone(service.location.zone).date() for start in starts}
    known = roster.of_dates(service, list(days.values()))
    free = Counter(
        each
        for start, day in days.items()
        for offer in times.offers(
            service, day, day, people=wanted.people, at_the_desk=wanted.rules.are_of_staff, known=known
        )
        if offer.start == start
        for each in offer.resources
    )
    return min(free, key=lambda each: (-free[each], each.position, each.pk), default=None)
