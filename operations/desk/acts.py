"""What people agree about a record at the desk, each act once per request id and with a trace of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from operations import intents
from operations.desk import moments, numbers
from operations.errors import Refusal
from operations.people import claims, notes, pledges, snoozes
from operations.recovery import Condition
from operations.transactions import use_case

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """Somebody's act on a record: which, from which page, with what in the form."""

    act: Act
    condition: Condition
    record: Any
    zone: str
    user_id: int
    request: intents.Request
    fields: Fields


@dataclass(frozen=True)
class Act:
    """One thing that people can agree; `takes` names the fields of its form, `done` is what is said then."""

    code: str
    title: str | Promise
    done: str | Promise
    apply: Callable[[Asked], Any]
    takes: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The scope of its request ids."""
        return f"desk:people:{self.code}"


@use_case
def do(asked: Asked) -> bool:
    """Do it once per request id; True when it had been done before.

    What is refused uses nothing up. Raises Refusal, KeyReused, RequestExpired and Busy.
    """
    payload = {"record": asked.record.pk, "condition": asked.condition.code, **asked.fields}
    claim = intents.claim(asked.request, payload)
    if not claim.won:
        return True
    asked.act.apply(asked)
    claim.intent.settle(asked.record, asked.act.code)
    return False


def _claim(asked: Asked) -> None:
    claims.take(asked.record, asked.user_id, moments.read_end(asked.fields["until"], asked.zone))


def _take_over(asked: Asked) -> None:
    until = moments.read_end(asked.fields["until"], asked.zone)
    claims.take_over(asked.record, asked.user_id, _number(asked.fields["seen"]), until)


def _release(asked: Asked) -> None:
    if not claims.release(asked.record, asked.user_id):
        raise Refusal(_("You are not on it any more."))


def _note(asked: Asked) -> None:
    notes.write(asked.record, asked.user_id, asked.fields["text"])


def _snooze(asked: Asked) -> None:
    if not asked.condition.records().filter(pk=asked.record.pk).exists():
        raise Refusal(_("It is resolved: there is nothing to leave alone."))
    until = moments.read(asked.fields["until"], asked.zone)
    snoozes.begin(asked.condition, asked.record, asked.user_id, until, asked.fields["reason"])


def _wake(asked: Asked) -> None:
    if not snoozes.end_all(asked.condition, asked.record, asked.user_id):
        raise Refusal(_("It is back already."))


def _promise(asked: Asked) -> None:
    due_at = moments.read(asked.fields["due_at"], asked.zone)
    pledges.give(asked.record, asked.condition.code, asked.user_id, asked.fields["text"], due_at)


def _keep(asked: Asked) -> None:
    if not pledges.keep(asked.record, _number(asked.fields["pledge"]), asked.user_id):
        raise Refusal(_("Somebody has ticked this off already."))


def _number(text: str) -> int:
    number = numbers.read(text)
    if number is None:
        raise Refusal(_("This page has lost track of what it showed. Please look again."))
    return number


ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act("claim", _("I am on it"), _("You are on it."), _claim, ("until",)),
        Act("take_over", _("Take over"), _("You have taken it over."), _take_over, ("until", "seen")),
        Act("release", _("Give it back"), _("You have given it back."), _release),
        Act("note", _("Keep the note"), _("Your note is kept."), _note, ("text",)),
        Act("snooze", _("Leave it alone"), _("It is left alone until then."), _snooze, ("until", "reason")),
        Act("wake", _("Bring it back"), _("It is back on the list."), _wake),
        Act("promise", _("Promise it"), _("The promise is written down."), _promise, ("text", "due_at")),
        Act("keep", _("It is done"), _("The promise is kept."), _keep, ("pledge",)),
    )
}
