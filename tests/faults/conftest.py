"""Mail servers for each kind of connection, and a way to tell a story to its end."""

import ssl

import pytest
import trustme

from tests.faults import sides
from tests.faults.sides import Sides
from tests.faults.stories import STORIES
from tests.misbehaving_smtp import MisbehavingSMTP, settings_for
from tests.notifications.conftest import limits, server

__all__ = ["limits", "server"]


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def connected(tls, settings):
    """Start a mail server for a kind of connection, such as "STARTTLS, login"."""
    running = []

    def start(way):
        server = MisbehavingSMTP(
            tls=None if way.startswith("plain") else tls,
            starts_tls=way.startswith("STARTTLS"),
            login=("holdfast", "correct horse battery") if "login" in way else None,
        )
        running.append(server.__enter__())
        settings_for(server, settings)
        return server

    yield start
    for started in running:
        started.stop()


@pytest.fixture
def show(request, server):
    """Compare a message with a moment of the story that the test is named after; none may be left out."""
    story = STORIES[request.function.__name__.removeprefix("test_")]
    left = dict(story.moments)

    def compare(moment, delivery, kept="", arrived=None):
        seen = sides.by_mail(delivery, server, kept) if arrived is None else Sides(delivery, arrived, kept)
        seen.show(story.moments[moment])
        left.pop(moment, None)

    yield compare
    assert not left or request.node.stash.get(IS_BROKEN, False), f"not looked at: {', '.join(left)}"


IS_BROKEN = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call" and not report.passed:
        item.stash[IS_BROKEN] = True
