"""Asking twice is safe: the first insert of a key wins, everybody else gets what became of it."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from operations import intents
from operations.errors import Busy
from operations.intents import Intent, Request
from operations.transactions import use_case
from tests.racing import race, wait_until_blocked

SCOPE = "web:book"
PAYLOAD = {"name": "Ada", "start": timezone.now()}


def a_request(scope: str = SCOPE, key: uuid.UUID | None = None) -> Request:
    return Request(scope, key or uuid.uuid4())


@use_case
def claim(request: Request, payload=PAYLOAD) -> intents.Claim:
    return intents.claim(request, payload, "booked")


@pytest.mark.django_db
class TestClaiming:
    def test_the_first_wins_and_a_repeat_finds_it(self):
        request = a_request()

        first, second = claim(request), claim(request)

        assert (first.won, second.won, second.intent.pk) == (True, False, first.intent.pk)
        assert Intent.objects.get().repeats == 1

    def test_another_payload_under_the_same_key_is_refused(self):
        request = a_request()
        first = claim(request)

        with pytest.raises(intents.KeyReused) as refusal:
            claim(request, {"name": "Bob"})

        assert refusal.value.intent == first.intent

    def test_the_same_key_in_another_scope_is_another_request(self):
        request = a_request()

        assert claim(request).won
        assert claim(a_request(scope="web:cancel", key=request.key)).won

    def test_a_claim_that_was_rolled_back_leaves_the_key_free(self):
        request = a_request()

        with transaction.atomic():
            assert intents.claim(request, PAYLOAD).won
            transaction.set_rollback(True)

        assert claim(request).won

    def test_an_old_form_that_was_never_sent_asks_again(self):
        token = intents.issue()
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            request = intents.read(token, SCOPE)

            with pytest.raises(intents.RequestExpired):
                claim(request)

        assert not Intent.objects.exists()

    def test_an_old_form_that_was_sent_is_answered_at_any_age(self):
        token = intents.issue()
        first = claim(intents.read(token, SCOPE))

        with time_machine.travel(timezone.now() + timedelta(days=40)):
            again = claim(intents.read(token, SCOPE))

        assert (again.won, again.intent) == (False, first.intent)


@pytest.mark.django_db(transaction=True)
class TestRacing:
    def test_of_twenty_at_once_one_wins(self):
        request = a_request()

        claims = race(20, lambda _: claim(request))

        assert sorted(answer.won for answer in claims) == [False] * 19 + [True]
        assert len({answer.intent.pk for answer in claims}) == 1
        assert Intent.objects.get().repeats == 19

    def test_one_still_in_flight_is_waited_for(self):
        """The second waits on the unique index until the first commits, and then finds its intent."""
        request, is_claimed = a_request(), threading.Event()

        def act(number):
            if number:
                is_claimed.wait(10)
                return claim(request)
            with transaction.atomic():
                first = intents.claim(request, PAYLOAD)
                is_claimed.set()
                wait_until_blocked()
                return first

        first, second = race(2, act)

        assert (first.won, second.won) == (True, False)

    def test_a_wait_that_is_too_long_says_so_and_changes_nothing(self, settings):
        settings.HOLDFAST = replace(settings.HOLDFAST, lock_timeout_milliseconds=200)
        request, started, answered = a_request(), threading.Event(), threading.Event()

        def act(number):
            if number:
                started.wait(10)
                try:
                    return claim(request)
                finally:
                    answered.set()
            with transaction.atomic():
                first = intents.claim(request, PAYLOAD)
                started.set()
                answered.wait(10)
                return first

        first, second = race(2, act)

        assert first.won
        assert isinstance(second, intents.InFlight)
        assert isinstance(second, Busy)
        assert Intent.objects.get().repeats == 0


@pytest.mark.parametrize(
    "token", ["", "nonsense", "0b8e7a3c-4a51-4c8e-9d0f-7a4f0e3f3c11:abc:def", "\x00", "ключ:1:2"]
)
def test_a_request_id_that_we_did_not_issue_is_refused(token):
    with pytest.raises(intents.RequestRefused):
        intents.read(token, SCOPE)


def test_an_issued_request_id_carries_its_key_and_its_age():
    key, before = uuid.uuid4(), timezone.now()

    request = intents.read(intents.issue(key), SCOPE)

    assert request.key == key
    assert request.issued_at
    assert before.replace(microsecond=0) <= request.issued_at <= timezone.now()


def test_the_fingerprint_ignores_order_white_space_and_the_offset_of_a_time():
    start = timezone.now()
    there = start.astimezone(timezone.get_fixed_timezone(330))

    assert intents.fingerprint({"a": " x ", "b": start}) == intents.fingerprint({"b": there, "a": "x"})
    assert intents.fingerprint({"a": "x"}) != intents.fingerprint({"a": "y"})
