"""Kills a process for real at a chosen SQL statement or commit of a use case."""

import os
import signal
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Literal

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

FINISHED = 42
When = Literal["before", "after"]


def points(act: Callable[[], object], most: int = 400):
    """Run `act` in a forked process killed at point 0, 1, 2 …; yields each point at which it died.

    Every SQL statement is a point before and after it, and so is every commit. The points end when
    `act` comes through alive; whoever asks must see that there were enough of them.
    """
    for point in count():
        assert point < most, "the act never finished"
        if _dies(act, partial(_arm, point)):
            yield point
        else:
            return


def kill_at(act: Callable[[], object], statement: str, when: When) -> None:
    """Run `act` in a forked process that dies before or after the SQL that contains `statement`."""
    assert _dies(act, partial(_arm_at, statement, when)), f"it never came to {statement}"


def _dies(act: Callable[[], object], arm: Callable[[], None]) -> bool:
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            # A wrapper of its own: the parent's may belong to a thread or loop that did not come along.
            connections["default"] = connections.create_connection("default")
            arm()
            act()
        finally:
            os._exit(FINISHED)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == FINISHED
    return False


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm_at(statement: str, when: When) -> None:
    def around_statement(execute, sql, *args):
        if statement in sql and when == "before":
            _die()
        result = execute(sql, *args)
        if statement in sql:
            _die()
        return result

    connections["default"].execute_wrappers.append(around_statement)


def _arm(point: int) -> None:
    passed = count()

    def maybe_die() -> None:
        if next(passed) == point:
            _die()

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
