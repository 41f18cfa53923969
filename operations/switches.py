"""What staff may do to the things that serve everybody: declared by each app, done once, always with a trace.

Channels, endpoints and the like have no history of their own, so each press is kept in the ledger of
recovery attempts: done, refused, out of date or not permitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from operations import intents, reach, repair
from operations.errors import Refusal, StaleRecord
from operations.history import Actor, Operation, Source
from operations.repair import Result
from operations.transactions import use_case

Text = str | Promise


@dataclass(frozen=True)
class Done:
    """What a switch did: the record, and what may be shown this one time only, such as a new secret."""

    record: Any
    shown_once: str = ""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One thing that staff may do; `apply` gets the locked record, who acts, and the answers to `asks`.

    `mark` says in which state a record is: a press from a page that showed another one changes nothing.
    `refuses` returns why it cannot be done to this record now, or "". `makes` is for what makes a new record:
    `apply` gets None. `before` runs ahead of the transaction, for what takes long and may be repeated under
    the same operation.
    """

    code: str
    model: type[Model]
    title: Text
    says: Text
    done: Text
    permission: str
    apply: Callable[[Any, Operation, Mapping[str, Any]], Done]
    mark: Callable[[Any], str] = lambda _record: ""
    refuses: Callable[[Any], str] = lambda _record: ""
    asks: Mapping[str, Text] = field(default_factory=dict)
    needs_reason: bool = True
    is_weighty: bool = False
    makes: bool = False
    before: Callable[[Any, Operation, Mapping[str, Any]], None] | None = None

    @property
    def scope(self) -> str:
        """The scope of its request ids."""
        return f"desk:{self.model._meta.model_name}:{self.code}"


@dataclass(frozen=True, kw_only=True)
class Press:
    """Who presses which switch of which record, from which state of it, and why."""

    switch: Switch
    record: Any
    request: intents.Request
    seen: str
    user_id: int
    reason: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def operation(self) -> Operation:
        """The same for each repeat, so that what broke off can go on."""
        return Operation(
            actor=Actor.STAFF,
            source=Source.DESK,
            reason=self.reason,
            request_id=self.request.key,
            user_id=self.user_id,
            id=self.request.key,
        )

    @property
    def payload(self) -> dict[str, Any]:
        pk = self.record.pk if self.record else None
        return {"record": pk, "seen": self.seen, "reason": self.reason, "answers": dict(self.answers)}


_switches: dict[str, dict[str, Switch]] = {}


def register(*switches: Switch) -> None:
    """Declare switches; called when an app's `admin.py` is imported."""
    for switch in switches:
        _switches.setdefault(switch.model._meta.label_lower, {})[switch.code] = switch


def of(model: type[Model]) -> dict[str, Switch]:
    """The switches of a model by code."""
    return _switches.get(model._meta.label_lower, {})


def title(label: str, code: str) -> str:
    """How people call the switch of that code, or "" when there is none."""
    switch = _switches.get(label, {}).get(code)
    return str(switch.title) if switch else ""


def press(pressed: Press) -> Done | None:
    """Do it once per request id; None when that had been done before. What is refused uses nothing up.

    Raises StaleRecord when the record is no more what the page showed, Refusal when it cannot be done now,
    and what `intents.claim` raises. Refused and stale presses are kept.
    """
    try:
        if pressed.switch.before and intents.find(pressed.request) is None:
            if pressed.request.is_expired:
                raise intents.RequestExpired
            _look_again(pressed, pressed.record)
            pressed.switch.before(pressed.record, pressed.operation, pressed.answers)
        return _press(pressed)
    except StaleRecord as error:
        _keep(pressed, Result.STALE, str(error))
        raise
    except Refusal as error:
        _keep(pressed, Result.REFUSED, str(error))
        raise


def deny(pressed: Press) -> None:
    """Keep that somebody without the permission tried."""
    _keep(pressed, Result.REFUSED, repair.DENIED)


@use_case
def _press(pressed: Press) -> Done | None:
    claim = intents.claim(pressed.request, pressed.payload)
    if not claim.won:
        return None
    switch, record = pressed.switch, None
    if not switch.makes:
        locked = switch.model._base_manager.select_for_update(of=("self",), no_key=True)
        record = locked.get(pk=pressed.record.pk)
        _look_again(pressed, record)
    done = switch.apply(record, pressed.operation, pressed.answers)
    if switch.makes and not reach.bounded(switch.model._base_manager.filter(pk=done.record.pk)).exists():
        raise Elsewhere
    repair.record_press(done.record, switch.code, pressed.operation, Result.APPLIED)
    claim.intent.settle(done.record, switch.code)
    return done


def _look_again(pressed: Press, record: Any) -> None:
    if pressed.switch.mark(record) != pressed.seen:
        raise Changed
    if why := pressed.switch.refuses(record):
        raise Refusal(why)


class Changed(StaleRecord):
    """Raised when somebody else pressed something since the page was opened."""

    code = "changed"
    message = _("It has changed since you opened the page, and nothing was done. Look at it as it is now.")


class Elsewhere(Refusal):
    """Raised when somebody limited to some locations would make a record that they could not see."""

    code = "elsewhere"
    message = _("This record belongs to a location that is not yours.")


def _keep(pressed: Press, result: Result, message: str) -> None:
    switch, record = pressed.switch, pressed.record
    if record is None:
        repair.record_refused_making(switch.model, switch.code, pressed.operation, message)
    else:
        repair.record_press(record, switch.code, pressed.operation, result, message)
