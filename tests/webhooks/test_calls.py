"""Proves that a call ends in time and tells what was sent, whatever the other side does."""

import socket
import ssl
import time

import pytest
import trustme

from config.identity import free_port
from notifications.outside import addresses, calls
from notifications.outside.calls import AddressRefused, Answer, Caller, NoAnswer, NotReached
from tests import misbehaving_http as other_side

SECONDS = 1.0  # for those who let us wait; whoever answers has time enough on any machine
ENOUGH = 10.0


def call(url: str, *, seconds: float = ENOUGH, only_public: bool = False, body: bytes = b"{}") -> Answer:
    with Caller(seconds=seconds, only_public=only_public) as caller:
        return caller.post(url, {"Content-Type": "application/json"}, body, before_sending=lambda: None)


@pytest.mark.parametrize("status", [200, 204, 301, 410, 500])
def test_an_answer_is_an_answer_whatever_its_status(status):
    with other_side.receiver(other_side.answer(status, {"Retry-After": "7"}, b"well")) as server:
        answer = call(server.url)

    assert (answer.status, answer.headers["retry-after"]) == (status, "7")


def test_redirects_are_not_followed():
    with other_side.receiver() as elsewhere, other_side.receiver() as server:
        server.always = other_side.answer(307, {"Location": elsewhere.url})
        assert call(server.url).status == 307

    assert not elsewhere.received


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (other_side.drip(), NoAnswer),
        (other_side.silent, NoAnswer),
        (other_side.garbage, NoAnswer),
        (other_side.reset_after_the_body, NoAnswer),
        (other_side.reset_before_the_body, NoAnswer),
        (other_side.reset_at_once, (NoAnswer, NotReached)),
    ],
)
def test_no_verdict_is_told_apart_within_the_time(behaviour, failure):
    with other_side.receiver(behaviour) as server:
        started = time.monotonic()
        with pytest.raises(failure):
            call(server.url, seconds=SECONDS, body=b"x" * 100_000)

    assert time.monotonic() - started < 2 * SECONDS


def test_nobody_listening_means_nothing_was_sent():
    with pytest.raises(NotReached):
        call(f"http://127.0.0.1:{free_port()}/")


def test_an_unknown_name_means_nothing_was_sent():
    with pytest.raises(NotReached, match="not found"):
        call("http://nowhere.invalid/")


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch):
    def keep_silent(*_args, **_options):
        time.sleep(3)
        raise socket.gaierror("too late")

    monkeypatch.setattr(socket, "getaddrinfo", keep_silent)
    started = time.monotonic()
    with pytest.raises(NotReached, match="in time"):
        call("http://slow.example/", seconds=SECONDS)

    assert time.monotonic() - started < 3


@pytest.mark.parametrize("behaviour", [other_side.huge(201), other_side.drip_body(201)])
def test_the_status_is_the_verdict_and_the_body_is_not_waited_for(behaviour, monkeypatch):
    monkeypatch.setattr("notifications.outside.calls.BODY_SECONDS", 0.3)
    with other_side.receiver(behaviour) as server:
        started = time.monotonic()
        answer = call(server.url, seconds=20)

    assert answer.status == 201
    assert len(answer.text) <= 4096
    assert time.monotonic() - started < 10


def test_one_connection_serves_many_calls_and_each_says_when_it_starts_to_send():
    starts: list[float] = []
    with other_side.receiver() as server, Caller(seconds=ENOUGH, only_public=False) as caller:
        for _ in range(3):
            caller.post(server.url, {}, b"{}", before_sending=lambda: starts.append(time.monotonic()))

    assert (server.connections, len(server.received), len(starts)) == (1, 3, 3)


def test_a_caller_that_stops_before_sending_sends_nothing():
    def stop():
        raise RuntimeError("lease lost")

    caller = Caller(seconds=ENOUGH, only_public=False)
    with other_side.receiver() as server, caller, pytest.raises(RuntimeError):
        caller.post(server.url, {}, b"{}", before_sending=stop)

    assert not server.received


def test_the_certificate_must_be_trusted_and_belong_to_the_name(monkeypatch, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = _server_side(authority.issue_cert("localhost"))
    with other_side.receiver(tls=tls) as server:
        with pytest.raises(NotReached, match="CERTIFICATE_VERIFY_FAILED"):
            call(f"https://localhost:{server.port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        calls.trust.cache_clear()
        assert call(f"https://localhost:{server.port}/").status == 204
        with pytest.raises(NotReached, match="CERTIFICATE_VERIFY_FAILED"):
            call(f"https://127.0.0.1:{server.port}/")
    calls.trust.cache_clear()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"],
)
def test_our_own_machine_is_refused_however_it_is_spelt(host):
    with other_side.receiver() as server, pytest.raises((AddressRefused, NotReached)):
        call(f"http://{host}:{server.port}/", only_public=True)

    assert server.connections == 0


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch):
    """DNS rebinding: a public address for the judge, our own machine for whoever asks again."""
    asked, look_up = [], socket.getaddrinfo

    def rebinding(host, port, *args, **options):
        if host != "rebinding.example":
            return look_up(host, port, *args, **options)
        asked.append(host)
        return look_up("127.0.0.2" if len(asked) == 1 else "127.0.0.1", port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.2")
    with other_side.receiver() as server, pytest.raises(NotReached):
        call(f"http://rebinding.example:{server.port}/", only_public=True)

    assert (server.connections, len(asked)) == (0, 1)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    mixed = [(2, 1, 6, "", ("93.184.215.14", 80)), (2, 1, 6, "", ("10.0.0.7", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: mixed)
    with pytest.raises(AddressRefused):
        call("http://mixed.example/", only_public=True)


def _server_side(certificate: trustme.LeafCert):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
