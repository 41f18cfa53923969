"""Customer, staff, worker and sweep act at random; whatever comes of it is explained to both sides."""

import uuid
from collections import Counter
from datetime import timedelta
from itertools import cycle, islice

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings import changes, explanations, intake, processing, told
from bookings.models import Booking, Enquiry
from notifications.models import Delivery
from operations import engine, intents, promises, recovery, repair, sweeps
from operations.engine import Receipt
from operations.errors import (
    HoldfastError,
    PermanentError,
    Refusal,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from operations.models import Event
from operations.recovery import words
from operations.workflow import Actor, Operation, Source
from tests.factories import ResourceFactory, ServiceFactory, in_a_week

pytestmark = pytest.mark.django_db

OUTCOMES = [
    None,
    TransientError("451"),
    PermanentError("550"),
    ThrottledError("421"),
    UnknownOutcomeError("?"),
]
CUSTOMER_ACTS = [changes.cancel, changes.retry, changes.resend]
TAKEN: Counter[str] = Counter()


class Days(RuleBasedStateMachine):
    """Some days of one place: a service that is accepted at once, one that staff agree to, one to be paid."""

    @initialize()
    def open_the_place(self):
        self.traveller = time_machine.travel(timezone.now(), tick=False)
        self.traveller.start()
        first = ServiceFactory()
        self.place = first.location
        rest = [
            ServiceFactory(location=self.place, **each) for each in ({"by_staff": True}, {"by_payment": True})
        ]
        self.services = [first, *rest]
        for service in self.services:
            service.requirements.create(kind="person")
        ResourceFactory(location=self.place)
        ResourceFactory(location=self.place)

    def teardown(self):
        if hasattr(self, "traveller"):
            self.traveller.stop()

    @rule(service=st.integers(0, 2), quarter=st.integers(0, 6), repeat=st.booleans())
    def customer_books(self, service, quarter, repeat):
        submission = intake.Submission(
            service=self.services[service],
            start=in_a_week() + timedelta(minutes=15 * quarter),
            resource=None,
            name="Ada",
            email=f"{quarter}@example.com",
            confirm_duplicate=repeat,
        )
        self.attempt(lambda: intake.submit(request("web:book"), submission, source=Source.WEB))

    @rule(act=st.sampled_from(CUSTOMER_ACTS), which=st.integers(0, 5))
    def customer_acts(self, act, which):
        if booking := self.pick(Booking, which):
            scope = request(f"web:{act.__name__}")
            self.attempt(lambda: act(scope, booking.token, version=booking.version, source=Source.WEB))

    @rule(which=st.integers(0, 5), quarter=st.integers(0, 6))
    def customer_moves(self, which, quarter):
        if booking := self.pick(Booking, which):
            start = in_a_week() + timedelta(minutes=15 * quarter)
            change = {"version": booking.version, "source": Source.WEB, "start": start, "resource": None}
            self.attempt(lambda: changes.move(request("web:move"), booking.token, **change))

    @rule(condition=st.integers(0, 40), which=st.integers(0, 3), remedy=st.integers(0, 5))
    def staff_press(self, condition, which, remedy):
        open_now = [each for each in of_the_domain() if each.records().exists()]
        if not open_now:
            return
        chosen = open_now[condition % len(open_now)]
        button = chosen.remedies[remedy % len(chosen.remedies)] if chosen.remedies else None
        record = self.pick_from(chosen.ordered(), which)
        if button and record:
            answers = dict.fromkeys(button.asks, "ada@example.org")
            outcome = repair.apply(chosen, button, [record.pk], by_staff(), answers=answers)[0]
            assert outcome.result != repair.Result.FAILED, outcome
            TAKEN[f"{chosen.code}/{button.code}"] += outcome.result == repair.Result.APPLIED

    @rule()
    def worker_processes(self):
        while processing.drain():
            pass

    @rule(first=st.integers(0, len(OUTCOMES) - 1), handed_over=st.booleans())
    def worker_processes_and_sends(self, first, handed_over):
        outcomes = islice(cycle(OUTCOMES), first, None)

        def act(_delivery, handover):
            outcome = next(outcomes)
            if handed_over or outcome is None:
                handover()
            if outcome:
                raise outcome
            return Receipt("1", "250 taken")

        self.worker_processes()
        engine.work_through(Delivery, "email", act)

    @rule()
    def worker_vanishes_with_a_message(self):
        engine.claim(Delivery, "email", 1)

    @rule(hours=st.sampled_from([0.05, 1, 30, 24 * 8]))
    def time_passes(self, hours):
        later = timezone.now() + timedelta(hours=hours)
        self.traveller.stop()
        self.traveller = time_machine.travel(later, tick=False)
        self.traveller.start()
        sweeps.sweep()

    @invariant()
    def the_database_agrees(self):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    @invariant()
    def everything_is_explained(self):
        for booking in Booking.objects.filter(location=self.place).select_related("location", "service"):
            said = explanations.explain(booking)
            assert all((said.headline, said.text, said.next_step))
            TAKEN[f"booking is {booking.status} {booking.waiting_for}".strip()] += 1
        for delivery in Delivery.objects.filter(location=self.place.slug):
            assert told.explain(delivery, self.place)
            TAKEN[f"message is {delivery.status}"] += 1

    @invariant()
    def the_desk_explains_too(self):
        for condition in of_the_domain():
            for record in condition.ordered()[:3]:
                for text in (condition.explanation, condition.customer_text):
                    assert words(text, record).strip(), condition.code
                TAKEN[condition.code] += 1

    @staticmethod
    def attempt(act):
        refused = None
        try:
            act()
        except HoldfastError as error:
            refused = error
        assert refused is None or (isinstance(refused, Refusal) and str(refused))

    @staticmethod
    def pick(model, which):
        return Days.pick_from(model.objects.order_by("-pk"), which)

    @staticmethod
    def pick_from(records, which):
        found = list(records[:6])
        return found[which % len(found)] if found else None


def request(scope: str) -> intents.Request:
    return intents.Request(scope, uuid.uuid4())


def by_staff() -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, reason="a rehearsal", user_id=1)


def of_the_domain() -> list[recovery.Condition]:
    models = (Booking, Delivery, Enquiry)
    return [each for each in recovery.conditions().values() if each.model in models]


def test_whatever_happens_is_explained_to_customers_and_staff():
    TAKEN.clear()

    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

    broken = [breach for promise in promises.promises().values() for breach in promise.breaches()]
    assert broken == []
    moves = Counter(Event.objects.values_list("transition", flat=True))
    rare = [name for name in EXPECTED_MOVES if not moves[name]]
    seen = [name for name in EXPECTED_STATES if not TAKEN[name]]
    assert (rare, seen) == ([], []), "the run came through too little to prove anything"


EXPECTED_MOVES = ("submit", "accept", "ask", "move", "cancel", "fail", "resubmit", "complete", "lease")
EXPECTED_STATES = (
    "booking is submitted",
    "booking is submitted staff",
    "booking is submitted payment",
    "booking is accepted",
    "booking is failed",
    "booking is cancelled",
    "booking is completed",
    "message is pending",
    "message is working",
    "message is done",
    "message is unknown",
    "message is dead",
    "message is cancelled",
    "bookings.awaiting_staff",
    "bookings.awaiting_confirmation",
    "bookings.failed",
)
