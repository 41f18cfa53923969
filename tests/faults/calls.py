"""What the receiver of a webhook, or a gateway for text messages, can do to us, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests import misbehaving_http as other_side
from tests.faults import outcomes
from tests.faults.cases import Desk, Expected, Fault
from tests.faults.outcomes import AGAIN, DEAD, HELD, SLOWED, UNKNOWN
from tests.misbehaving_http import Early, answer


def _to_a_system(outcome: Expected, *more: Desk, **changes: Any) -> Expected:
    """The same of a webhook: no line on the customer's page, and nobody whose address could be corrected."""
    desk = tuple(
        replace(each, ways=tuple(way for way in each.ways if way != "correct")) for each in outcome.desk
    )
    return replace(outcome, customer="", desk=(*desk, *more), **changes)


def _given_up(outcome: Expected) -> Expected:
    """Nobody is told otherwise when a system was not told."""
    asked = "Nothing: ask whoever runs the receiver, then try again, or settle it."
    return replace(outcome, desk=(replace(outcome.desk[0], by_itself=asked),))


ACCEPTED_CALL = _to_a_system(outcomes.ACCEPTED)
AGAIN_CALL = _to_a_system(AGAIN)
AGAIN_AFTER_BODY = _to_a_system(
    AGAIN,
    title="Tried again, with the same webhook-id",
    copies=1,
    heals=f"{AGAIN.heals} Receivers know repeats.",
)
SLOWED_CALL = _to_a_system(SLOWED)
DEAD_CALL = _to_a_system(_given_up(DEAD))
HELD_CALL = _to_a_system(HELD)
NOBODY_THERE = "Its receiver answered that nobody listens there any more (410)."
GONE_CALL = _to_a_system(
    _given_up(DEAD),
    Desk(
        "notifications.channel_closed",
        f"Nothing leaves by {{channel}}: {NOBODY_THERE}",
        "Nothing: it stays paused until somebody releases it.",
        ("release",),
    ),
    Desk(
        "notifications.webhook_gone",
        f"… is told nothing any more. {NOBODY_THERE}",
        "Nothing: ask whoever runs the receiver, then enable it or leave it off.",
        ("enable", "leave_off"),
    ),
    title="Given up, and the endpoint disabled",
    channel="paused",
)
WEBHOOK_OUTCOMES = (ACCEPTED_CALL, AGAIN_CALL, AGAIN_AFTER_BODY, SLOWED_CALL, DEAD_CALL, HELD_CALL, GONE_CALL)

BEFORE_BODY, AFTER_BODY = "Before the body", "After the body"
NOT_NOW, AS_IT_IS = "The other side cannot take it now", "The other side refuses it as it is"
NOT_IN, SLOWER = "The other side does not let us in", "The other side asks us to slow down"
ELSEWHERE = "The other side sends us elsewhere"
GONE = "The other side says that nobody listens there any more"
NO_ANSWER = "It was sent, and no answer came"


def _fault(where: str, what: str, does: object, kept: str, then: Expected) -> Fault:
    received = 1 if where == AFTER_BODY else 0
    return Fault(where=where, what=what, does=does, kept=kept, then=replace(then, copies=received))


def _says(status: int, words: str, then: Expected) -> tuple[Fault, Fault]:
    """The same answer before and after the receiver has read the body: the status alone decides."""
    kept = f"{words} ({status})."
    return (
        _fault(BEFORE_BODY, f"answers {status}", Early(status), kept, then),
        _fault(AFTER_BODY, f"answers {status}", answer(status), kept, then),
    )


WEBHOOKS = tuple(
    sorted(
        (
            *(
                each
                for status in (408, 409, 425, 500, 502, 503, 504)
                for each in _says(status, NOT_NOW, AGAIN_CALL)
            ),
            *_says(429, SLOWER, SLOWED_CALL),
            *(each for status in (400, 404, 405, 422) for each in _says(status, AS_IT_IS, DEAD_CALL)),
            *_says(410, GONE, GONE_CALL),
            *(each for status in (401, 403) for each in _says(status, NOT_IN, HELD_CALL)),
            _fault(
                AFTER_BODY,
                "answers 302",
                answer(302, {"Location": "http://169.254.169.254/"}),
                f"{ELSEWHERE} (302), which is not followed: correct the address.",
                HELD_CALL,
            ),
            _fault(BEFORE_BODY, "resets", other_side.reset_before_the_body, f"{NO_ANSWER}: …", AGAIN_CALL),
            _fault(BEFORE_BODY, "resets at once", other_side.reset_at_once, "…", AGAIN_CALL),
            _fault(
                AFTER_BODY, "resets", other_side.reset_after_the_body, f"{NO_ANSWER}: …", AGAIN_AFTER_BODY
            ),
            _fault(AFTER_BODY, "says no word", other_side.silent, f"{NO_ANSWER}: …", AGAIN_AFTER_BODY),
            _fault(AFTER_BODY, "answers 204 too late", None, f"{NO_ANSWER}: …", AGAIN_AFTER_BODY),
            _fault(AFTER_BODY, "answers without end", other_side.drip(), f"{NO_ANSWER}: …", AGAIN_AFTER_BODY),
            _fault(AFTER_BODY, "answers another protocol", other_side.garbage, "…", AGAIN_AFTER_BODY),
            _fault(AFTER_BODY, "answers 100 MB", other_side.huge(200), "", ACCEPTED_CALL),
        ),
        key=lambda fault: fault.where == AFTER_BODY,
    )
)

NOT_REACHED = "It could not be reached"
# What goes wrong before a request; the test of each has its code as a name.
UNREACHED = {
    "unknown_host": _fault(
        "DNS", "the name leads nowhere", None, f"{NOT_REACHED}: the host name was not found: ….", AGAIN_CALL
    ),
    "private_address": _fault(
        "DNS",
        "the name leads into a private network",
        None,
        "The host name leads to an address inside a private network."
        " Give a public address, or allow private ones (HOLDFAST_WEBHOOK_ALLOW_PRIVATE=1).",
        HELD_CALL,
    ),
    "port_closed": _fault("Connecting", "nobody listens", None, f"{NOT_REACHED}: ….", AGAIN_CALL),
    "certificate_of_nobody": _fault(
        "Securing",
        "nobody vouches for its certificate",
        None,
        f"{NOT_REACHED}: …CERTIFICATE_VERIFY_FAILED….",
        AGAIN_CALL,
    ),
}


def _text(outcome: Expected, **changes: Any) -> Expected:
    words = outcome.customer.replace("our mail works", "our text messages work").replace(
        "your e-mail address", "your telephone number"
    )
    return replace(outcome, customer=words, **changes)


# A gateway may send a repeat twice, so what it had and did not answer is unknown.
IN_DOUBT = "The gateway failed when it had the message"
TEXTS = (
    _fault(AFTER_BODY, "answers 503", answer(503), f"{NOT_NOW} (503).", _text(AGAIN)),
    _fault(AFTER_BODY, "answers 429", answer(429), f"{SLOWER} (429).", _text(SLOWED)),
    _fault(AFTER_BODY, "answers 400", answer(400), f"{AS_IT_IS} (400).", _text(DEAD)),
    _fault(AFTER_BODY, "answers 401", answer(401), f"{NOT_IN} (401).", _text(HELD)),
    _fault(AFTER_BODY, "answers 500", answer(500), f"{IN_DOUBT} (500).", _text(UNKNOWN)),
    _fault(AFTER_BODY, "answers 504", answer(504), f"{IN_DOUBT} (504).", _text(UNKNOWN)),
    _fault(
        AFTER_BODY, "resets", other_side.reset_after_the_body, "The gateway did not answer: …", _text(UNKNOWN)
    ),
    _fault(AFTER_BODY, "says no word", other_side.silent, "The gateway did not answer: …", _text(UNKNOWN)),
)
