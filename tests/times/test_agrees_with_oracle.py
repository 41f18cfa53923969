"""Whatever the place, its rules and its bookings: offered exactly when a slow second opinion says so."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
import time_machine
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bookings import eligibility, times
from bookings.eligibility import NotOffered
from bookings.models import Absence, Allocation, Closure, Requirement, Session
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.times.oracle import Hours, Person, Rule, Run, World, span_text

pytestmark = pytest.mark.django_db

DATA = json.loads((Path(__file__).parent.parent / "data" / "locations.json").read_text())
CHANGES = [
    (zone, date.fromisoformat(change["local_before"][:10]))
    for zone, changes in DATA["clock_changes_2027"].items()
    for change in changes
]
QUIET = [
    ("Asia/Kathmandu", date(2027, 1, 5)),
    ("Asia/Tokyo", date(2027, 5, 3)),
    ("Europe/Berlin", date(2027, 3, 26)),
]
PLACES = st.sampled_from(CHANGES + QUIET)

five_minutes = st.integers(0, 287).map(lambda number: number * 5)
spans = st.builds(
    lambda begin, length: (begin, begin + length), five_minutes, st.integers(12, 280).map(lambda n: n * 5)
)
pauses = st.builds(lambda begin, length: (begin, begin + length), five_minutes, st.integers(5, 120))
weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(
    lambda days: tuple(sorted(days))
)
most_days = st.sampled_from([tuple(range(7))] * 3 + [(0, 1, 2, 3, 4), (5, 6)])


def timed(days):
    return st.builds(
        Rule, days, st.lists(spans, min_size=1, max_size=2, unique=True).map(tuple), replaces=st.booleans()
    )


opening_hours = st.builds(
    lambda first, more, off: Hours((first, *more), off),
    timed(most_days),
    st.lists(timed(weekdays), max_size=1),
    st.booleans(),
)
work_hours = st.one_of(
    st.none(),
    st.builds(lambda days, off: Hours((Rule(days, None),), off), weekdays, st.booleans()),
    st.builds(lambda rule, off: Hours((rule,), off), timed(most_days), st.booleans()),
)
own_hours = st.one_of(
    st.none(),
    st.none(),
    st.builds(lambda days, off: Hours((Rule(days, None),), off), weekdays, st.booleans()),
    st.builds(
        lambda first, more, off: Hours((first, *more), off),
        timed(most_days),
        st.lists(timed(weekdays), max_size=1),
        st.booleans(),
    ),
)


@st.composite
def worlds(draw):
    """A world, the first and last date asked for, and the time at which somebody asks."""
    zone, change = draw(PLACES)
    first = change + timedelta(days=draw(st.integers(-2, 1)))
    morning = datetime(first.year, first.month, first.day, tzinfo=UTC)
    moment = st.integers(-24 * 12, 72 * 12).map(lambda number: morning + timedelta(minutes=5 * number))
    stretch = st.builds(
        lambda begin, length: (begin, begin + timedelta(minutes=length)), moment, st.integers(1, 600)
    )
    kinds = draw(st.sampled_from([("person",), ("room",), ("person", "room")]))
    people = [
        Person(
            key,
            kinds[key % len(kinds)],
            hours=draw(work_hours),
            breaks=draw(st.lists(pauses, max_size=2)),
            away=draw(st.lists(stretch, max_size=1)),
        )
        for key in range(draw(st.integers(len(kinds), 4)))
    ]
    world = World(
        zone=ZoneInfo(zone),
        hours=draw(opening_hours),
        holidays=set(holidays.country_holidays("DE", subdiv="BE", years=[2026, 2027, 2028])),
        step=draw(st.sampled_from([5, 15, 20, 25, 30, 45, 60, 90])),
        minutes=draw(st.sampled_from([5, 20, 30, 45, 60, 60, 120, 300])),
        before=draw(st.sampled_from([0, 0, 5, 20])),
        after=draw(st.sampled_from([0, 0, 10, 45])),
        capacity=draw(st.sampled_from([1, 1, 3])),
        notice=draw(st.sampled_from([0, 45, 600])),
        horizon=draw(st.sampled_from([1, 3, 6, 6, 60])),
        kinds=kinds,
        people=people,
        own=draw(own_hours),
        closures=draw(st.lists(stretch, max_size=2)),
    )
    taken = draw(st.lists(st.tuples(st.sampled_from(people), stretch), max_size=4))
    now = morning + timedelta(minutes=draw(st.one_of(st.integers(-3000, -1440), st.integers(-1440, 1440))))
    return world, taken, first, first + timedelta(days=draw(st.integers(0, 2))), now


def build(world, taken):
    """The same world as rows; keys of people become those of their rows."""
    location = LocationFactory(
        time_zone=world.zone.key,
        opening_hours=world.hours.text(),
        slot_step_minutes=world.step,
        minimum_notice_minutes=world.notice,
        horizon_days=world.horizon,
    )
    service = ServiceFactory(
        location=location,
        minutes=world.minutes,
        hours=world.own.text() if world.own else "",
        buffer_before_minutes=world.before,
        buffer_after_minutes=world.after,
        capacity=world.capacity,
    )
    Requirement.objects.bulk_create(Requirement(service=service, kind=kind) for kind in world.kinds)
    Closure.objects.bulk_create(
        Closure(location=location, starts_at=begin, ends_at=end) for begin, end in world.closures
    )
    resources = {}
    for person in world.people:
        resource = ResourceFactory(
            location=location,
            kind=person.kind,
            hours=person.hours.text() if person.hours else "",
            breaks=[span_text(span) for span in person.breaks],
        )
        person.key = resource.pk
        resources[resource.pk] = resource
        Absence.objects.bulk_create(
            Absence(resource=resource, starts_at=begin, ends_at=end) for begin, end in person.away
        )
    for person, stretch in taken:
        occupy(service, resources[person.key], person, stretch)
    return service, resources


def occupy(service, resource, person, stretch):
    if any(begin < stretch[1] and stretch[0] < end for begin, end in person.occupied):
        return
    person.occupied.append(stretch)
    other = ServiceFactory(location=service.location)
    session = Session.objects.create(
        service=other, location=service.location, starts_at=stretch[0], ends_at=stretch[1], is_live=True
    )
    Allocation.objects.create(session=session, resource=resource, occupied=stretch, is_live=True)


def fill(world, service, resources, pick, number):
    """Book one of the offered times, so that groups are joined and left-over places counted."""
    start, choice, _places = pick
    holders = {min(choice)}
    for kind in world.kinds[1:]:
        free = [person for person in world.people if person.kind == kind]
        holders.add(min(person.key for person in free))
    end = start + timedelta(minutes=world.minutes)
    block = (start - timedelta(minutes=world.before), end + timedelta(minutes=world.after))
    if any(
        begin < block[1] and block[0] < until
        for person in world.people
        if person.key in holders
        for begin, until in person.occupied
    ):
        return
    session = Session.objects.create(
        service=service, location=service.location, starts_at=start, ends_at=end, capacity=world.capacity
    )
    for key in holders:
        Allocation.objects.create(session=session, resource=resources[key], occupied=block)
    booked = min(number, world.capacity)
    for _ in range(booked):
        BookingFactory(session=session, resource=resources[min(holders)])
    for person in world.people:
        if person.key in holders:
            person.occupied.append(block)
    world.runs.append(Run(start, holders, world.capacity - booked))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=worlds(),
    wish=st.integers(-1, 3),
    picks=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 3)), max_size=2),
)
def test_offered_exactly_when_the_rules_allow_it_and_it_is_free(asked, wish, picks):
    world, taken, first, last, now = asked
    service, resources = build(world, taken)
    before = world.offers(first, last, now)
    for number, booked in picks:
        if before:
            fill(world, service, resources, before[number % len(before)], booked)
    keys = sorted(resources)
    wished = resources[keys[wish]] if 0 <= wish < len(keys) else None

    offered = times.offers(service, first, last, resource=wished, now=now)

    expected = world.offers(first, last, now, wished.pk if wished else None)
    event(f"offers: {min(len(expected), 3)}, runs: {len(world.runs)}")
    assert [
        (offer.start.astimezone(UTC), {each.pk for each in offer.resources}, offer.places_left)
        for offer in offered
    ] == expected
    check_candidates(world, service, first, last, now)


def check_candidates(world, service, first, last, now):
    """Of the grid's times, `candidates` refuses what would not even be offered in an empty book."""
    world.runs, world.capacity = [], 1
    for person in world.people:
        person.occupied = []
    allowed = {start: choice for start, choice, _places in world.offers(first, last, now)}
    grid = sorted(world._grid([first, last]) | replace(world, own=None)._grid([first, last]))[::7]
    with time_machine.travel(now, tick=False):
        for start in {*grid, *list(allowed)[:5]}:
            if not first <= start.astimezone(world.zone).date() <= last:
                continue
            try:
                by_kind = eligibility.candidates(service, start).by_kind
            except NotOffered:
                assert start not in allowed
            else:
                assert {each.pk for each in by_kind[world.kinds[0]]} == allowed[start]
