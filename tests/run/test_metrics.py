"""Whichever process of the web server answers the scrape, it tells the requests of all of them."""

import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import identity
from tests.chaos.queue_processes import ROOT, QueueProcesses, eventually

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = 60


class Web:
    """Two processes of the web server that we ship, on one port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, identity.free_port()
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--workers", "2", "--log-level", "error")
        command = (sys.executable, "-m", "granian", "--interface", "wsgi", *where)
        environment = QueueProcesses().environment | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
        self.process = subprocess.Popen((*command, "config.wsgi:application"), cwd=ROOT, env=environment)

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def counting(self) -> set[str]:
        """The processes that keep counts."""
        return {path.stem.rpartition("_")[2] for path in self.folder.glob("counter_*.db")}

    def told(self) -> float:
        """How many times /healthz was asked, as a scrape tells it."""
        text = self.get("/metrics")
        pattern = (
            r'^django_http_requests_total_by_view_transport_method_total{[^}]*view="[^"]*healthz[^"]*"} (\S+)'
        )
        return sum(float(number) for number in re.findall(pattern, text, re.MULTILINE))


@pytest.fixture
def web(transactional_db, tmp_path) -> Iterator[Web]:
    server = Web(tmp_path)
    try:
        eventually(lambda: server.get("/healthz"), 30)
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)


def test_every_scrape_tells_the_sum_of_all_processes(web):
    with ThreadPoolExecutor(8) as visitors:
        eventually(lambda: list(visitors.map(web.get, ["/healthz"] * 8)) and len(web.counting()) == 2, 30)
        before = web.told()
        assert all(visitors.map(web.get, ["/healthz"] * ASKED))
        scrapes = list(visitors.map(lambda _n: web.told(), range(12)))

    assert before > 0
    assert scrapes == [before + ASKED] * 12
