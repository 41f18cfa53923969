"""How many minutes people and rooms could have been booked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from bookings import schedule
from bookings.places import Closure, Location
from bookings.reports.periods import Period
from bookings.resources import Absence, Resource
from bookings.spans import Span, subtract


def minutes(locations: Iterable[Location], resources: Iterable[Resource], period: Period) -> dict[int, int]:
    """By resource, the minutes it works on these dates, less what is closed; two queries.

    What opens on a date belongs to it, past midnight too. Rules that have changed since are not known any
    more, so the past is measured by today's.
    """
    places = {location.pk: location for location in locations}
    listed, days = list(resources), period.days
    closed, away = _exceptions(places, listed, days)
    opened = {pk: schedule.openings(location, days) for pk, location in places.items()}
    found = {}
    for each in listed:
        working = schedule.work(each, places[each.location_id], opened[each.location_id], days)
        left = subtract(working, closed[each.location_id] + away[each.pk])
        found[each.pk] = sum(end - begin for begin, end in left) // 60
    return found


def _exceptions(
    places: Iterable[int], resources: list[Resource], days: list[date]
) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Closures by location and absences by resource."""
    begin = datetime.combine(days[0], datetime.min.time(), UTC) - timedelta(days=1)
    end = begin + timedelta(days=len(days) + 4)
    closed: dict[int, list[Span]] = defaultdict(list)
    away: dict[int, list[Span]] = defaultdict(list)
    closures = Closure.objects.filter(location__in=list(places), starts_at__lt=end, ends_at__gt=begin)
    for place, starts_at, ends_at in closures.values_list("location_id", "starts_at", "ends_at"):
        closed[place].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    absences = Absence.objects.filter(resource__in=resources, starts_at__lt=end, ends_at__gt=begin)
    for resource, starts_at, ends_at in absences.values_list("resource_id", "starts_at", "ends_at"):
        away[resource].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    return closed, away
