"""Three tasks of a shift, done by somebody who has only the desk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from operations import heartbeat
from operations.people.claims import Claim
from operations.people.pledges import Pledge
from tests.desk.people.acting import act, browser_of
from tests.desk.stuck import nobody
from tests.desk.tasks.conftest import as_the_table_says, worker_has_its_turn
from tests.factories import BookingFactory, DeliveryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_worker_died_an_hour_ago_what_was_lost(server, newcomer, monkeypatch):
    monkeypatch.setattr(heartbeat, "_is_worker", False)
    monkeypatch.setattr(heartbeat, "_written_at", 0.0)  # no other test has just been a worker
    nobody()
    an_hour_ago = timezone.now() - timedelta(hours=1)
    dora = BookingFactory(name="Dora Falk", stale_after=an_hour_ago)
    emil = BookingFactory(name="Emil Gross", accepted=True)
    DeliveryFactory(booking=emil, next_at=an_hour_ago)

    anna = newcomer()
    anna.sees("No worker is running. Nothing is lost.")
    anna.sees("1 h ago")
    anna.clicks("Submitted but not processed")
    anna.sees("Dora Falk")
    anna.clicks("Back to the desk")
    anna.clicks("Messages that should have left")
    anna.sees("Emil Gross")
    heartbeat.clock_in()
    worker_has_its_turn()

    anna.looks_at_the_desk()
    anna.does_not_see("No worker is running. Nothing is lost.")
    anna.sees("Nothing needs you now.")
    assert {mail.recipient for mail in server.received} == {dora.email, emil.email}
    as_the_table_says("worker", anna)


def test_hand_your_open_matters_to_the_evening_shift(newcomer):
    anna = newcomer("Anna")
    for record in DeliveryFactory.create_batch(2, dead=True):
        act(browser_of(user_of("anna")), record, "claim")
    anna.clicks("Hand-over")
    anna.fills("What is unusual", "The heating is off.")
    anna.presses("Hand over")
    anna.sees("Your matters stay yours until somebody takes over.")

    bert = newcomer("Bert", "operator")
    bert.sees("Anna has handed over.")
    bert.clicks("Look at the hand-over")
    bert.sees("The heating is off.")
    bert.presses("Take over 2 matters")
    bert.sees("2 matters are yours now.")

    assert Claim.objects.held_by(user_of("bert").pk).count() == 2
    as_the_table_says("evening", anna, bert)


def test_you_promised_to_call_back(newcomer):
    BookingFactory(failed=True, name="Clara Berg")
    at_four = timezone.now() + timedelta(hours=3)

    anna = newcomer()
    anna.clicks("Clara Berg")
    anna.presses("I am on it")
    anna.clicks("Promise something to the customer")
    anna.fills("What was promised", "Call her back about Tuesday.")
    anna.fills("Due at", f"{at_four:%Y-%m-%dT%H:%M}")
    anna.presses("Promise it")
    anna.sees("The promise is written down.")
    Pledge.objects.update(due_at=timezone.now() - timedelta(minutes=1))  # the hours go by

    anna.looks_at_the_desk()
    anna.sees("Promised to customers, and due")
    anna.clicks("Clara Berg")
    anna.presses("It is done")
    anna.sees("The promise is kept.")
    anna.looks_at_the_desk()
    anna.does_not_see("Promised to customers, and due")
    as_the_table_says("promise", anna)


def user_of(name):
    return User.objects.get(username=name)
