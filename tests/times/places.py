"""The seven real places as rows, and the clock changes of 2027."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bookings import times
from bookings.models import Service

DATA = json.loads((Path(__file__).parent.parent / "data" / "locations.json").read_text())
LOCATIONS = DATA["locations"]
CLOCK_CHANGES = DATA["clock_changes_2027"]


def service(location: str, name: str, *, horizon_days: int = 800) -> Service:
    """One service of the loaded places, bookable far ahead."""
    found = Service.objects.select_related("location").get(location__slug=location, name=name)
    found.location.horizon_days = horizon_days
    return found


def starts(service: Service, day: str, last: str = "", **kwargs) -> list[str]:
    """What is offered on a date (or up to another), as "09:15+01:00", asked a year before unless `now`."""
    kwargs.setdefault("now", datetime(2026, 6, 1, tzinfo=UTC))
    offers = times.offers(service, date.fromisoformat(day), date.fromisoformat(last or day), **kwargs)
    return [offer.start.isoformat()[11:16] + offer.start.isoformat()[19:] for offer in offers]


def every(minutes: int, first: str, last: str) -> list[datetime]:
    """The instants from first to last, both "2027-03-28T09:00+02:00", as their UTC times."""
    moment, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    found = []
    while moment <= end:
        found.append(moment.astimezone(UTC))
        moment += timedelta(minutes=minutes)
    return found
