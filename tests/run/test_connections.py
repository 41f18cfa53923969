"""Connections are kept, but never longer than the thread that keeps them."""

import gc
from threading import Thread

import pytest
from django.db import connection

from tests.run.installation import eventually

MINE = "SELECT pg_backend_pid()"


@pytest.fixture
def _nothing_is_collected():
    gc.disable()
    yield
    gc.enable()


def ask(statement: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("_nothing_is_collected")
@pytest.mark.django_db(transaction=True)
def test_a_connection_ends_with_its_thread():
    found: list[int] = []
    thread = Thread(target=lambda: found.extend((ask(MINE), ask(MINE))))
    thread.start()
    thread.join()

    assert found[0] == found[1] != ask(MINE)
    eventually(lambda: ask("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", found[0]) == 0)
