"""One use case, one transaction: the only way business code opens one."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import errors

from operations.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")


def use_case(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a durable transaction whose locks wait at most `lock_timeout_milliseconds`.

    Raises Busy when a lock was not free in time or the database chose this transaction to break a
    deadlock: nothing was stored and the caller may repeat with the same request id.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic(durable=True):
                limit_lock_waits()
                return function(*args, **kwargs)
        except OperationalError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected):
                raise Busy from error
            raise

    return wrapper


def limit_lock_waits() -> None:
    """Give up waiting for any lock after the configured time, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {int(settings.HOLDFAST.lock_timeout_milliseconds)}")


def require_transaction() -> None:
    """Raise TransactionManagementError outside a transaction: two writes would become two commits."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("This must run inside the transaction of a use case.")
