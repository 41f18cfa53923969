"""Whatever is offered can be booked, whatever is not cannot, and each booking takes exactly what it takes."""

import uuid
from datetime import UTC, timedelta

import pytest
import time_machine
from django.db.models import F
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bookings import intake, times
from bookings.allocation import TimeTaken
from bookings.eligibility import NotOffered
from bookings.models import Allocation
from operations import intents
from operations.workflow import Source
from tests.times.test_agrees_with_oracle import build, worlds

pytestmark = pytest.mark.django_db


def book(service, start):
    request = intents.Request("web:book", uuid.uuid4())
    wanted = intake.Submission(
        service=service, start=start, resource=None, name="Ada", email=f"{request.key}@example.com"
    )
    return intake.submit(request, wanted, source=Source.WEB).booking


def offered(service, first, last):
    return {offer.start.astimezone(UTC): offer for offer in times.offers(service, first, last)}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=worlds(), picks=st.lists(st.integers(0, 10_000), min_size=1, max_size=5))
def test_offered_is_bookable_and_nothing_else(asked, picks):
    world, taken, first, last, now = asked
    service, _resources = build(world, taken)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    starts = {start.astimezone(UTC) for start in world._grid([first, last])}
    grid = sorted(start for start in starts if start.astimezone(world.zone).date() in days)
    with time_machine.travel(now, tick=False):
        for pick in picks:
            before = offered(service, first, last)
            refused = [start for start in grid if start not in before]
            if refused:
                with pytest.raises((TimeTaken, NotOffered)):
                    book(service, refused[pick % len(refused)])
            if not before:
                break
            start = sorted(before)[pick % len(before)]
            booking = book(service, start)
            after = offered(service, first, last)
            event(f"of {min(len(before), 3)} offered, capacity {service.capacity}")

            assert booking.starts_at == start
            assert set(after) <= set(before), "a booking makes nothing free"
            left = after[start].places_left if start in after else 0
            assert left == before[start].places_left - 1
            assert nothing_overlaps(service.location)


def nothing_overlaps(location):
    """No person or room is held twice at one moment by what is live."""
    live = Allocation.objects.filter(is_live=True, resource__location=location)
    return not live.filter(
        resource__allocations__is_live=True,
        resource__allocations__occupied__overlap=F("occupied"),
        resource__allocations__pk__gt=F("pk"),
    ).exists()
