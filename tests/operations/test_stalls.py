"""A cluster is judged by what moves, and only by time in which the judge itself was awake."""

import os

import pytest

from operations.board import GUARD, MONITOR, Board
from operations.stalls import Judge

LIMIT = 10.0


class Cluster:
    """A board whose only worker is this process, looked at twice a second of made-up time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.board = Board(lambda: self.now)
        self.judge = Judge(self.board, 2, LIMIT)

    def lives(self, *, worker: bool = True, guard: bool = True, monitor: bool = True) -> None:
        if worker:
            self.board.beat()
            self.board.finish()
        if guard:
            self.board.stamp(GUARD)
        if monitor:
            self.board.stamp(MONITOR)

    def after(self, seconds: float, **alive: bool) -> str:
        """Why it would be replaced within that time, or ""."""
        for _ in range(int(2 * seconds)):
            self.now += 0.5
            self.lives(**alive)
            if reason := self.judge.look()[0]:
                return reason
        return ""


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster()
    cluster.lives()
    cluster.judge.look()
    return cluster


def test_a_cluster_that_moves_is_left_alone(cluster):
    assert cluster.after(120) == ""


@pytest.mark.parametrize(
    ("silent", "reason", "early", "late"),
    [("worker", "no worker", 5, 7), ("monitor", "no result", 9, 11), ("guard", "guard", 19, 21)],
)
def test_each_part_that_stands_still_is_noticed_in_time(silent, reason, early, late, cluster):
    assert cluster.after(early, **{silent: False}) == ""
    assert reason in cluster.after(late - early, **{silent: False})


def test_a_worker_away_for_long_excuses_itself_but_not_the_free_one(cluster):
    cluster.board.beat(30)

    assert cluster.after(9, worker=False) == ""
    assert "no worker" in cluster.after(2, worker=False)


def test_when_all_workers_are_away_nobody_has_to_answer_until_they_should_be_back(cluster):
    cluster.judge.workers_count = 1
    cluster.board.beat(30)

    assert cluster.after(29, worker=False) == ""
    assert "no worker" in cluster.after(3, worker=False)


def test_a_machine_that_slept_is_no_stall(cluster):
    cluster.now += 3600

    assert cluster.judge.look()[0] == ""
    assert cluster.after(3, worker=False) == ""


def test_what_has_another_cause_is_forgiven(cluster):
    assert cluster.after(5, worker=False) == ""
    cluster.judge.forgive()

    assert cluster.after(5, worker=False) == ""


def test_a_new_cluster_has_time_to_begin():
    cluster = Cluster()

    assert cluster.after(19, worker=False) == ""
    assert "no worker" in cluster.after(3, worker=False)


def test_a_worker_that_is_busy_and_does_not_move_is_named_alone(cluster):
    stuck = []
    with cluster.board.busy():
        for _ in range(22):
            cluster.now += 0.5
            stuck.append(cluster.judge.look()[1])

    assert stuck[:20] == [[]] * 20
    assert stuck[-1] == [os.getpid()]
