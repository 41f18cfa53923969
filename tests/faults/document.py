"""Writes docs/faults.md from the tables that the tests hold to be true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings

from operations import recovery
from tests.faults.calls import TEXTS, UNREACHED, WEBHOOK_OUTCOMES, WEBHOOKS
from tests.faults.cases import Desk, Expected, Fault, Story
from tests.faults.mail import BEFORE, CONVERSATION
from tests.faults.outcomes import MAIL_OUTCOMES
from tests.faults.stories import STORIES

PATH = Path(settings.BASE_DIR, "docs", "faults.md")
HEADING = """# What happens when …

Each fault below is played against a real mail server or HTTP receiver that misbehaves, on a real database,
with real processes killed. Four sides are compared each time: what the receiver has, what the record says
(status, class of the failure, tries used up), what the customer reads on the booking's page, and what staff
read on the desk.

Written by `python -m tests.faults` from the tables of the tests in `tests/faults`; a test checks that it is
current. ⟨time⟩ is a moment on the clock of the place, … stands for words of the system at hand.
"""
MAIL = """## Mail

Over plain connections, STARTTLS and TLS, with and without login, the same. After the last dot only a definite
answer counts: whatever else happens there, the message may have arrived.
"""
WEBHOOK = """## Webhooks

Receivers know a repeat by its `webhook-id`, so no outcome is unknown: what brought no answer is sent again.
"""
TEXT = """## Text messages

A gateway may send a repeat twice, so what it had and did not answer is unknown. The states are those of mail;
the page says “text messages” and “telephone number” where it says “mail” and “e-mail address”.
"""
STATES, WEBHOOK_STATES = "### After one try of a mail", "### After one try of a webhook"


def document() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEADING
    yield MAIL
    yield from _faults([*BEFORE.values(), *CONVERSATION], "")
    yield from ("", STATES, "")
    yield from _states(MAIL_OUTCOMES, "")
    yield WEBHOOK
    yield from _faults([*UNREACHED.values(), *WEBHOOKS], "Webhook: ")
    yield from ("", WEBHOOK_STATES, "")
    yield from _states(WEBHOOK_OUTCOMES, "Webhook: ")
    yield TEXT
    yield from _faults(TEXTS, "")
    yield "\n## Faults that take their time\n"
    for story in STORIES.values():
        yield from _story(story)


def _faults(faults: Sequence[Fault], prefix: str) -> Iterator[str]:
    yield from _row("when", "the other side", "the record keeps", "and the message is")
    yield "|---|---|---|---|"
    for fault in faults:
        link = f"[{fault.then.title.lower()}](#{_anchor(_state(fault.then, prefix))})"
        yield from _row(fault.where, fault.what, _quoted(fault.kept), link)


def _states(outcomes: Iterable[Expected], prefix: str) -> Iterator[str]:
    for expected in outcomes:
        yield f"#### {_state(expected, prefix)}\n"
        yield from ("| side | |", "|---|---|")
        yield from _row("receiver", _receiver(expected) if not prefix else "has it when it had read the body")
        yield from _row("record", _record(expected))
        yield from _row("customer's page", _customer(expected))
        yield from _row("desk", _desk(expected))
        yield ""


def _story(story: Story) -> Iterator[str]:
    yield f"### {story.title}\n"
    yield f"{story.happens}\n"
    yield from _row("", "receiver", "record", "customer's page", "desk")
    yield "|---|---|---|---|---|"
    for moment, expected in story.moments.items():
        yield from _row(moment, _receiver(expected), _record(expected), _customer(expected), _desk(expected))
    yield ""


def _receiver(expected: Expected) -> str:
    if expected.copies is None:
        return "one request for each try"
    copies = ("nothing", "one copy", "two copies")[expected.copies]
    marked = f", {'the second' if expected.copies > 1 else 'it is'} marked “you may already have this”"
    return copies + (marked if expected.marked else "")


def _record(expected: Expected) -> str:
    record = expected.record
    kind = f", {record.failure_class}" if record.failure_class else ""
    tries = {1: "1 try used"}.get(record.attempts, f"{record.attempts} tries used")
    channel = f"; the channel is {expected.channel}" if expected.channel != "open" else ""
    return f"`{record.status}`{kind}, {tries}{channel}"


def _customer(expected: Expected) -> str:
    return f"“{expected.customer}”" if expected.customer else "does not mention it"


def _desk(expected: Expected) -> str:
    if not expected.desk:
        return f"Not there. {expected.heals}"
    return "<br>".join(_entry(entry) for entry in expected.desk)


def _entry(entry: Desk) -> str:
    condition = recovery.conditions()[entry.condition]
    ways = ", ".join(str(condition.remedy(way).title) for way in entry.ways)
    why = entry.why.replace("{kept}", "*what the record keeps*").replace("{channel}", "*its name*")
    title = f"[{condition.title}](runbooks/{entry.condition}.md)"
    return f"{title}: “{why}” By itself: “{entry.by_itself}” Ways out: {ways}."


def _state(expected: Expected, prefix: str) -> str:
    return f"{prefix}{expected.title[0].lower() if prefix else expected.title[0]}{expected.title[1:]}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _quoted(words: str) -> str:
    return f"“{words}”" if words else ""


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
