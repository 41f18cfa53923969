"""Each fault of a mail server at each phase, over each kind of connection, leaves what the table says."""

import socket
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest

from notifications import kinds, work
from notifications.outside import addresses
from tests.factories import DeliveryFactory
from tests.faults import sides
from tests.faults.mail import BEFORE, CONVERSATION, ways_for
from tests.misbehaving_smtp import DRIP, HANG
from tests.notifications.checker import check_against

pytestmark = pytest.mark.django_db


def cases():
    """Each fault on one kind of connection, in turn; `make soak` has each on every one."""
    for number, fault in enumerate(CONVERSATION):
        possible = ways_for(fault)
        for way in possible:
            usual = way == possible[number % len(possible)]
            yield pytest.param(fault, way, id=f"{fault}, {way}", marks=() if usual else pytest.mark.soak)


def send(fault, server):
    """One message through the real engine; its four sides, checked against the server's own log."""
    delivery = DeliveryFactory()
    work.drain()
    check_against(server)
    sides.by_mail(delivery, server, fault.kept).show(fault.then)


@pytest.mark.parametrize(("fault", "way"), list(cases()))
def test_each_fault_of_the_conversation(fault, way, connected, trusted, limits, long_text, monkeypatch):
    monkeypatch.setattr("notifications.smtp.QUIT_SECONDS", 0.2)
    point, does = fault.does
    limits(outside_call_seconds=1.5 if does in (HANG, DRIP) else 10)
    server = connected(way)
    server.fault(point, does)
    if point == "content":
        long_text()

    send(fault, server)


@pytest.fixture
def long_text(monkeypatch):
    """Make confirmations longer than what sockets keep in between, so that they stop with the server."""
    usual = kinds.find("confirmation")

    def compose(delivery):
        content = usual.compose(delivery)
        return replace(content, text=content.text + "All work and no play makes Jack a dull boy.\n" * 150_000)

    return lambda: monkeypatch.setitem(kinds.kinds(), "confirmation", replace(usual, compose=compose))


def test_no_such_name(server, settings):
    settings.EMAIL_HOST = "no-such-host.invalid"
    send(BEFORE["no_such_name"], server)


def test_silent_name_server(server, settings, limits, monkeypatch):
    def keep_silent(*_args, **_options):
        time.sleep(1)
        raise socket.gaierror("too late")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", keep_silent)
    limits(outside_call_seconds=0.3)
    settings.EMAIL_HOST = "slow.example"
    send(BEFORE["silent_name_server"], server)


def test_nobody_listens(server):
    server.stop()
    send(BEFORE["nobody_listens"], server)


def test_swallowed(server, settings, limits):
    """A full queue of connections takes no more: their first packets are dropped without a word."""
    limits(outside_call_seconds=0.3)
    with ExitStack() as crowd, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        for _ in range(2):
            waiting = crowd.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        settings.EMAIL_PORT = full.getsockname()[1]
        send(BEFORE["swallowed"], server)


@pytest.mark.parametrize("way", ["STARTTLS, login", "TLS, login"])
def test_untrusted(connected, way):
    server = connected(way)
    send(BEFORE["untrusted"], server)
    assert "auth" not in server.commands


def test_no_tls_offered(connected, settings):
    server = connected("plain, login")
    settings.EMAIL_USE_TLS = True
    send(BEFORE["no_tls_offered"], server)
    assert server.commands == ["ehlo"]  # no password over an open line


def test_our_text_fails(server, monkeypatch):
    def compose(_delivery):
        raise ZeroDivisionError("a text of ours")

    usual = kinds.find("confirmation")
    monkeypatch.setitem(kinds.kinds(), "confirmation", replace(usual, compose=compose))
    send(BEFORE["our_text_fails"], server)


def test_each_fault_before_the_conversation_has_its_test():
    assert {f"test_{code}" for code in BEFORE} <= set(globals())
