"""A database that goes away is no fault of the queue: it waits, and goes on as soon as it is back."""

import signal
import time
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from config import embedded
from tests.chaos.queue_processes import QueueProcesses, eventually
from tests.parcels.models import post
from tests.parcels.sink import Sink, listening

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]
OUTAGE_SECONDS = 20


class Server:
    """A PostgreSQL of our own that may be mistreated."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def processes(self) -> list[psutil.Process]:
        postmaster = embedded.postmaster(self.home)
        assert postmaster
        return [*postmaster.children(recursive=True), postmaster]

    def start(self) -> None:
        embedded.ensure_running(self.home)

    def stop(self) -> None:
        embedded.stop(self.home)

    def kill(self) -> None:
        for process in reversed(self.processes()):
            process.kill()

    def freeze(self) -> None:
        for process in self.processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self.processes():
            process.resume()


@pytest.fixture(scope="module")
def server(django_db_blocker, tmp_path_factory):
    """The tests here use it instead of the usual one."""
    server = Server(tmp_path_factory.mktemp("database"))
    server.start()
    address = conninfo_to_dict(embedded.database_url(server.home))
    usual = dict(connection.settings_dict)
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    connection.close()
    connection.settings_dict.update({ours: address.get(theirs, "") for ours, theirs in named.items()})
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0, skip_checks=True)
        yield server
        connection.close()
    connection.settings_dict.update(usual)
    server.stop()


@pytest.fixture
def processes(server):
    processes = QueueProcesses()
    processes.start()
    eventually(processes.is_complete)
    yield processes
    if processes.process.poll() is None:
        processes.stop()


@pytest.fixture
def sink():
    with listening() as sink:
        yield sink


def arrives(sink: Sink) -> float:
    (parcel,) = post(1, sink.address)
    posted_at = time.monotonic()
    eventually(lambda: str(parcel.uid) in sink.names(), 30)
    return time.monotonic() - posted_at


@pytest.mark.parametrize(("leave", "come_back"), [("stop", "start"), ("kill", "start"), ("freeze", "thaw")])
def test_the_same_cluster_goes_on_within_seconds(leave, come_back, server, processes, sink):
    arrives(sink)
    main = processes.main()
    connection.close()

    getattr(server, leave)()
    time.sleep(OUTAGE_SECONDS)  # the outage itself: long enough for a wrong verdict
    getattr(server, come_back)()

    assert arrives(sink) < 3
    assert processes.main() == main


def test_the_watch_can_be_stopped_while_the_database_says_nothing(server, processes):
    eventually(lambda: processes.guard().children())
    server.freeze()
    try:
        time.sleep(5)  # until its next question waits for an answer
        processes.process.send_signal(signal.SIGTERM)

        assert processes.process.wait(10) == 0
    finally:
        server.thaw()
