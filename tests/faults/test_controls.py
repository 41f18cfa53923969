"""Each defence is taken away once: the story that it serves must go wrong, or it proves nothing."""

import pytest
from django.db import connection

from notifications import channels
from operations.engine import leases, outcomes
from tests.faults import acts, sides
from tests.faults.stories import STORIES


def telling(code, server):
    """Compare with the moments of a story, for an act that will not come to its end."""

    def compare(moment, delivery, kept=""):
        sides.by_mail(delivery, server, kept).show(STORIES[code].moments[moment])

    return compare


def say_nothing(_moment, _delivery, _kept=""):
    """For an act whose end is what matters."""


@pytest.mark.django_db(transaction=True)
def test_without_the_fence_a_late_answer_speaks_for_another_worker(server, monkeypatch):
    unfenced = outcomes._ACKNOWLEDGE.replace("AND lease_token = %(token)s RETURNING", "RETURNING")
    assert unfenced != outcomes._ACKNOWLEDGE
    monkeypatch.setattr(outcomes, "_ACKNOWLEDGE", unfenced)

    with pytest.raises(AssertionError, match="done"):
        acts.late_answer(server, telling("late_answer", server))


@pytest.mark.django_db(transaction=True)
def test_without_the_hand_over_mark_a_second_copy_leaves_that_nobody_marked(server, monkeypatch):
    monkeypatch.setattr(leases, "mark_handover", lambda _effect: None)

    with pytest.raises(AssertionError, match=r"a second copy that is not marked|received 2 times"):
        acts.killed(server, say_nothing, acts.RECORD, "before")


@pytest.mark.django_db
def test_without_the_unique_key_one_message_becomes_two(server):
    acts.asked_twice(server)
    server.received.clear()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE notifications_delivery DROP CONSTRAINT notifications_delivery_dedupe_key_key"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    with pytest.raises(AssertionError, match="two mails for one message"):
        acts.asked_twice(server)


@pytest.mark.django_db
def test_without_the_breaker_an_outage_uses_up_tries(server, monkeypatch):
    monkeypatch.setattr(channels, "_break", lambda _channel: None)

    with pytest.raises(AssertionError):
        acts.three_hours_down(server, telling("three_hours_down", server))
