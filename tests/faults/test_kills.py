"""A worker may be killed at each step of an attempt: what happened is known, or said to be unknown."""

import pytest

from tests.faults import acts
from tests.faults.acts import CLAIM, MARK, RECORD, killed

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_before_the_claim(server, show):
    killed(server, show, CLAIM, "before")


def test_killed_after_the_claim(server, show):
    killed(server, show, CLAIM, "after")


def test_killed_after_the_hand_over_mark(server, show):
    killed(server, show, MARK, "after")


def test_killed_after_the_250(server, show):
    killed(server, show, RECORD, "before")


def test_killed_after_the_commit(server, show):
    killed(server, show, RECORD, "after")


def test_late_answer(server, show):
    acts.late_answer(server, show)
