"""Kills a process for real at a chosen SQL statement or commit of a use case."""

import os
import signal
from collections.abc import Callable
from itertools import count

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

FINISHED = 42


def points(act: Callable[[], object], most: int = 400):
    """Run `act` in a forked process killed at point 0, 1, 2 …; yields each point at which it died.

    Every SQL statement is a point before and after it, and so is every commit. The points end when
    `act` comes through alive; whoever asks must see that there were enough of them.
    """
    for point in count():
        assert point < most, "the act never finished"
        if _dies(act, point):
            yield point
        else:
            return


def _dies(act: Callable[[], object], point: int) -> bool:
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            # A wrapper of its own: the parent's may belong to a thread or loop that did not come along.
            connections["default"] = connections.create_connection("default")
            _arm(point)
            act()
        finally:
            os._exit(FINISHED)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == FINISHED
    return False


def _arm(point: int) -> None:
    passed = count()

    def maybe_die() -> None:
        if next(passed) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def around_statement(execute, *args):
        maybe_die()
        result = execute(*args)
        maybe_die()
        return result

    commit = BaseDatabaseWrapper._commit

    def around_commit(wrapper):
        maybe_die()
        commit(wrapper)
        maybe_die()

    BaseDatabaseWrapper._commit = around_commit
    connections["default"].execute_wrappers.append(around_statement)
