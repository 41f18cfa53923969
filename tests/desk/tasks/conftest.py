"""What the tasks share: a mail server, a worker's turn, newcomers, and the comparison with the table."""

import pytest

from bookings import processing
from notifications import work
from tests.desk.people.acting import somebody
from tests.desk.tasks.newcomer import Newcomer
from tests.desk.tasks.twelve import TASKS
from tests.misbehaving_smtp import MisbehavingSMTP, settings_for


@pytest.fixture
def server(settings):
    with MisbehavingSMTP() as mail_server:
        settings_for(mail_server, settings)
        yield mail_server


@pytest.fixture
def newcomer(page, live_server):
    """Sit somebody down at the desk: `newcomer("Anna")`. The browser's console stays silent meanwhile."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield lambda name="Anna", role="front desk": Newcomer(page, live_server, somebody(name, role))
    assert said == []


def worker_has_its_turn():
    """As a worker does, in this process: until nothing is due."""
    while processing.drain() or work.drain() or work.due_since():
        pass


def as_the_table_says(code, *people):
    """The clicks and the fields are those of docs/desk-tasks.md."""
    assert tuple(tuple(person.steps) for person in people) == TASKS[code].steps
    assert sum(person.fields for person in people) == TASKS[code].fields


def mails_to(server, recipient):
    return [mail for mail in server.received if mail.recipient == recipient]
