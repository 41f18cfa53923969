"""What django-q2 keeps of work that failed quotes nobody."""

import traceback
from functools import partial

import pytest
from django.db import connection, transaction

from operations import queue, work
from operations.queue.running import WorkFailed


def stores_what_the_database_refuses() -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 'ada@example.com'::integer")
    return False


@pytest.mark.django_db
def test_an_error_that_quotes_a_person_is_told_without_them(monkeypatch):
    failing = partial(work.Work, "failing", due_since=lambda: None)
    monkeypatch.setitem(work._works, "failing", failing(drain=stores_what_the_database_refuses))

    with pytest.raises(WorkFailed) as failure:
        queue.run("failing")

    kept = "".join(traceback.format_exception(failure.value))
    assert "DataError" in kept
    assert "ada@example.com" not in kept
