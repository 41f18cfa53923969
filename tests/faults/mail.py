"""What a mail server can do to us, phase by phase, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.cases import Expected, Fault
from tests.faults.outcomes import ACCEPTED, AGAIN, BUG, DEAD, HELD, SLOWED, UNKNOWN
from tests.misbehaving_smtp import DRIP, DROP, HANG

WORDS = {DROP: "hangs up", HANG: "says nothing more", DRIP: "answers letter by letter without end"}
# The server's point, what people call the phase, and how the record speaks of it.
PHASES = {
    "connect": ("Greeting", "waiting for its greeting"),
    "ehlo": ("EHLO", "introducing ourselves"),
    "starttls": ("STARTTLS", "securing the connection"),
    "auth": ("Login", "logging in"),
    "mail": ("MAIL FROM", "naming the sender"),
    "rcpt": ("RCPT TO", "naming the recipient"),
    "data": ("DATA", "asking to send the message"),
    "content": ("Inside the message", "sending the message"),
    "dot": ("After the last dot", "waiting for its verdict on the message"),
    "quit": ("QUIT", ""),
}
RATE = "450 4.7.28 rate limit"
WORK = "The mail server refuses to work for us"
LOGIN = "The mail server refuses our login"
ADDRESS = "The address looks wrong, the server refuses it"
MESSAGE = "The server refuses the message"
NONSENSE = "The server answered outside the protocol"
NOT_UNDERSTOOD = "The server did not understand us while we were asking to send the message"
# What is special to a phase; 451, 421 and a broken line mean the same at each.
SPECIAL: dict[str, tuple[tuple[str, str, Expected], ...]] = {
    "connect": (("554 no service for you", WORK, HELD),),
    "ehlo": (("550 who are you", WORK, HELD),),
    "starttls": (("550 not for you", WORK, HELD), ("454 TLS not available", "Not accepted for now", AGAIN)),
    "auth": (("535 5.7.8 bad credentials", LOGIN, HELD), ("454 4.7.0 later", "Not accepted for now", AGAIN)),
    "mail": (
        ("530 5.7.0 authentication required", LOGIN, HELD),
        ("553 sender not owned by you", WORK, HELD),
        ("552 too big", MESSAGE, DEAD),
    ),
    "rcpt": (
        ("550 no such user", ADDRESS, DEAD),
        ("551 not local", ADDRESS, DEAD),
        ("553 bad name", ADDRESS, DEAD),
        ("530 5.7.0 authentication required", LOGIN, HELD),
    ),
    "data": (
        ("554 no valid recipients", MESSAGE, DEAD),
        ("530 5.7.0 authentication required", LOGIN, HELD),
        ("503 bad sequence", NOT_UNDERSTOOD, BUG),
    ),
    "dot": (
        ("554 5.7.1 looks like spam", MESSAGE, DEAD),
        ("552 mailbox full", MESSAGE, DEAD),
        ("530 5.7.0 authentication required", LOGIN, HELD),
    ),
}
NO_RATE = ("connect", "ehlo", "starttls", "auth")  # where only 421 asks us to slow down


def _fault(point: str, does: str, kept: str, then: Expected) -> Fault:
    return Fault(where=PHASES[point][0], what=WORDS.get(does, does), kept=kept, then=then, does=(point, does))


def _answers(point: str) -> Iterator[Fault]:
    doing = PHASES[point][1]
    yield _fault(point, "421 too busy", "The mail server asks us to slow down: 421 too busy", SLOWED)
    if point not in NO_RATE:
        yield _fault(point, RATE, f"The mail server asks us to slow down: {RATE}", SLOWED)
    local = "451 4.3.0 local problem"
    yield _fault(point, local, f"Not accepted for now: {local}", AGAIN)
    for answer, kept, then in SPECIAL[point]:
        yield _fault(point, answer, f"{kept}: {answer}", then)
    nonsense = f"{NONSENSE} while we were {doing}: 999 eh?"
    yield _fault(point, "999 eh?", nonsense, UNKNOWN if point == "dot" else BUG)


def _broken(point: str, *ways: str) -> Iterator[Fault]:
    start = "The connection was lost" if point == "dot" else "The connection failed"
    for does in ways:
        why = "…" if does == DROP else "it took too long"
        kept = f"{start} while we were {PHASES[point][1]}: {why}"
        yield _fault(point, does, kept, UNKNOWN if point == "dot" else AGAIN)


def _table() -> Iterator[Fault]:
    for point in PHASES:
        if point in SPECIAL:
            yield from _answers(point)
        if point != "quit":
            yield from _broken(point, DROP, HANG)
    for point in ("connect", "rcpt", "content", "dot"):
        yield from _broken(point, DRIP)
    verdict = f"{NONSENSE} while we were {PHASES['dot'][1]}: -1 no number"
    yield _fault("dot", "??? no number", verdict, UNKNOWN)
    for does in (DROP, HANG, "451 what?"):
        yield _fault("quit", does, "", ACCEPTED)


CONVERSATION = tuple(sorted(_table(), key=lambda fault: list(PHASES).index(fault.does[0])))

# What goes wrong before there is a conversation; the test of each has its code as a name.
BEFORE = {
    "our_text_fails": Fault(
        where="Composing",
        what="the text of the message fails",
        kept="ZeroDivisionError: a text of ours",
        then=BUG,
    ),
    "no_such_name": Fault(
        where="DNS",
        what="the server's name leads nowhere",
        kept="The mail server's name leads nowhere: …",
        then=HELD,
    ),
    "silent_name_server": Fault(
        where="DNS",
        what="the name server does not answer",
        kept="The mail server's name leads nowhere: the name server did not answer in time",
        then=HELD,
    ),
    "nobody_listens": Fault(
        where="Connecting",
        what="nobody listens",
        kept="The connection failed while we were connecting: …",
        then=AGAIN,
    ),
    "swallowed": Fault(
        where="Connecting",
        what="the way there swallows everything",
        kept="The connection failed while we were connecting: it took too long",
        then=AGAIN,
    ),
    "untrusted": Fault(
        where="Securing",
        what="nobody vouches for its certificate",
        kept="No secure connection to the mail server: CERTIFICATE_VERIFY_FAILED",
        then=HELD,
    ),
    "no_tls_offered": Fault(
        where="STARTTLS",
        what="it does not offer to encrypt",
        kept="The mail server lacks what we need: STARTTLS extension not supported by server.",
        then=HELD,
    ),
}
WAYS = ("plain", "plain, login", "STARTTLS", "STARTTLS, login", "TLS", "TLS, login")


def ways_for(fault: Fault) -> tuple[str, ...]:
    """The kinds of connection on which the fault can happen."""
    needed = {"starttls": "STARTTLS", "auth": "login"}.get(fault.does[0], "")
    return tuple(way for way in WAYS if needed in way)
