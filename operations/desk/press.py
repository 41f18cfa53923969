"""One press of a button at the desk: claimed by its request id, applied once, answered truthfully."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from operations import intents, repair
from operations.errors import Refusal
from operations.history import Actor, Operation, Source
from operations.recovery import Condition, Remedy
from operations.repair import Outcome, Result
from operations.transactions import use_case

REASON_LENGTH = 500
ANSWER_LENGTH = 5000


class Incomplete(Refusal):
    """Raised by `read` when something is missing in what was typed; nothing was used up."""

    code = "incomplete"


class Unnumbered(Refusal):
    """Raised by `read` when the version is missing: nobody can say which state the page showed."""

    code = "no_version"
    message = gettext_lazy(
        "This page has lost track of what it showed. Please check the record and press again."
    )


@dataclass(frozen=True, kw_only=True)
class Press:
    """Who presses which remedy on which record, from which version of it, and why."""

    condition: Condition
    remedy: Remedy
    record: Any
    version: int
    request: intents.Request
    user_id: int
    reason: str
    answers: dict[str, str] = field(default_factory=dict)
    others: str | None = None

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "condition": self.condition.code,
            "record": self.record.pk,
            "version": self.version,
            "reason": self.reason,
            "answers": self.answers,
            **({"others": self.others} if self.others else {}),
        }

    @property
    def operation(self) -> Operation:
        return Operation(
            actor=Actor.STAFF,
            source=Source.DESK,
            reason=self.reason,
            request_id=self.request.key,
            user_id=self.user_id,
        )


@dataclass(frozen=True)
class Answer:
    """What came of a press; `is_repeat` when the same press had been done before."""

    outcome: Outcome
    is_repeat: bool = False


def scope(remedy: Remedy) -> str:
    """The scope of a remedy's request ids."""
    return f"desk:{remedy.code}"


def typed(remedy: Remedy, data: Any) -> tuple[str, dict[str, str]]:
    """The reason and the answers of a form; raises Incomplete with what is missing."""
    reason = data.get("reason", "").strip()
    answers = {name: data.get(name, "").strip() for name in remedy.asks}
    missing = [str(remedy.asks[name]) for name, answer in answers.items() if not answer]
    if not reason:
        missing.append(_("the reason"))
    if missing:
        raise Incomplete(_("Please fill in: %(what)s.") % {"what": ", ".join(missing)})
    if len(reason) > REASON_LENGTH or any(len(answer) > ANSWER_LENGTH for answer in answers.values()):
        raise Incomplete(
            _("The text is too long: a reason takes %(reason)s characters, an answer %(answer)s.")
            % {"reason": REASON_LENGTH, "answer": ANSWER_LENGTH}
        )
    if "\x00" in reason or any("\x00" in answer for answer in answers.values()):
        raise Incomplete(_("The text contains a character that cannot be stored."))
    return reason, answers


def version(data: Any) -> int:
    """The version a form was made from; raises Unnumbered."""
    number = data.get("version", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Unnumbered
    return int(number)


def others(remedy: Remedy, record: Any, data: Any) -> str | None:
    """The other records as the form showed them; raises Unnumbered when they are missing in it."""
    if "others" not in data and remedy.marks(record):
        raise Unnumbered
    marks: str | None = data.get("others")
    return marks


@use_case
def apply(press: Press) -> Answer:
    """Apply the remedy once per request id; a repeat applies nothing and gets the first answer.

    A press that changed nothing hands its request id back. Raises KeyReused, RequestExpired and Busy.
    """
    claim = intents.claim(press.request, press.payload)
    if not claim.won:
        return Answer(Outcome(press.record.pk, Result.APPLIED), is_repeat=True)
    [outcome] = repair.apply(
        press.condition,
        press.remedy,
        [press.record.pk],
        press.operation,
        version=press.version,
        others=press.others,
        answers=press.answers,
    )
    if outcome.result == Result.APPLIED:
        claim.intent.settle(press.record, press.remedy.code)
    else:
        claim.intent.delete()
    return Answer(outcome)
