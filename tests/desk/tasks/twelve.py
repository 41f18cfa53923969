"""Twelve tasks for somebody who has never seen the desk, and the page in docs/ that tells their clicks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PATH = Path(settings.BASE_DIR, "docs", "desk-tasks.md")
MOST_CLICKS = 6
HEADING = """# Twelve tasks, in clicks

What somebody does at [the desk](desk.md) who has never seen it, each from its first page, signed in. Nothing
but the desk's own pages is used, and nothing is to be known by heart: each click is on words that are there.

Written by `python -m tests.desk.tasks`. The tests in `tests/desk/tasks` do each task in a browser, with a
real mail server, and fail when a click is not the one in the table. *Fields* are those that are filled in.
"""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is asked, the words that are clicked by each person in turn, and what is so afterwards."""

    title: str
    steps: tuple[tuple[str, ...], ...]
    fields: int = 0
    outcome: str

    @property
    def clicks(self) -> int:
        return sum(len(words) for words in self.steps)


TASKS = {
    "no mail": Task(
        title="A customer on the phone got no mail for tomorrow.",
        steps=(("Find", "Messages that could not be delivered", "Correct and replace"),),
        fields=3,
        outcome="Her address lacked a letter. She gets the confirmation, and what follows goes there too.",
    ),
    "forty": Task(
        title="Forty messages failed at noon: get them out without bothering anyone twice.",
        steps=(
            (
                "Messages that could not be delivered",
                "Treat these 40 at once…",
                "Show what it would do",
                "Start",
            ),
        ),
        fields=1,
        outcome="Five go first, then the rest. The mail server has each of the forty once.",
    ),
    "worker": Task(
        title="The worker died an hour ago: what was lost?",
        steps=(("Submitted but not processed", "Back to the desk", "Messages that should have left"),),
        outcome="Nothing. Two lists name who waits; with a worker back both are empty, every mail has left.",
    ),
    "cancelled": Task(
        title="Who cancelled HF-…, and why?",
        steps=(("Find", "Clara Berg"),),
        fields=1,
        outcome="Her history names the colleague and the reason, and says that her mail was accepted.",
    ),
    "evening": Task(
        title="Hand your open matters to the evening shift.",
        steps=(("Hand-over", "Hand over"), ("Look at the hand-over", "Take over 2 matters")),
        fields=1,
        outcome="The evening shift has read what is unusual, and is on both matters.",
    ),
    "password": Task(
        title="The mail server's password was changed and nothing leaves: repair and release.",
        steps=(("Channels", "Release"),),
        fields=1,
        outcome="It says what the server answered. Put right and released, every held mail leaves once.",
    ),
    "twice": Task(
        title="Two bookings by one person: did she mean it?",
        steps=(("Possibly booked twice", "Clara Berg", "Cancel this one"),),
        fields=1,
        outcome="She did not. The later booking ends and she is told; the earlier one stands.",
    ),
    "requests": Task(
        title="Requests that nobody answered are about to expire: accept one, decline the other.",
        steps=(("Dora Falk", "Accept the request", "Emil Gross", "Decline the request"),),
        fields=2,
        outcome="One gets a confirmation, the other the reason why it cannot be.",
    ),
    "unknown": Task(
        title="Nobody knows whether two mails arrived: settle one with evidence, send a copy of the other.",
        steps=(("Dora Falk", "Settle with evidence", "Emil Gross", "Send a copy"),),
        fields=3,
        outcome="Dora has one mail and gets no other. Emil has two, the second marked as perhaps a repeat.",
    ),
    "promise": Task(
        title="You promised to call back by 16:00.",
        steps=(
            (
                "Clara Berg",
                "I am on it",
                "Promise something to the customer",
                "Promise it",
                "Clara Berg",
                "It is done",
            ),
        ),
        fields=2,
        outcome="It comes due on the desk's first page, for whoever is there, and leaves it when it is done.",
    ),
    "our error": Task(
        title="A booking failed because of an error of ours.",
        steps=(("Clara Berg", "Retry now"),),
        fields=1,
        outcome="The customer's page said that the error is ours; then it shows the booking as confirmed.",
    ),
    "proof": Task(
        title="Give a customer the proof of what happened with her booking.",
        steps=(("Find", "Clara Berg", "Case file", "Hand it out"),),
        fields=2,
        outcome="One file that says what is known and what is not, without the names of the staff.",
    ),
}


def document() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEADING
    yield "| | task | clicks | fields | what is clicked | and then |"
    yield "|---|---|---|---|---|---|"
    for number, task in enumerate(TASKS.values(), 1):
        yield f"| {number} | {task.title} | {task.clicks} | {task.fields} | {_said(task)} | {task.outcome} |"
    clicks = [task.clicks for task in TASKS.values()]
    yield f"\nTogether {sum(clicks)} clicks; none takes more than {MOST_CLICKS}."


def _said(task: Task) -> str:
    return "; somebody else: ".join(" → ".join(f"*{word}*" for word in words) for words in task.steps)
