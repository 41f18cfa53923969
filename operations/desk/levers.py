"""Shows the switches of a record and answers a press: from what the form says to what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from operations import intents, switches
from operations.desk import permits
from operations.desk.permits import User
from operations.desk.press import ANSWER_LENGTH, REASON_LENGTH, Incomplete
from operations.errors import Busy, Refusal, StaleRecord
from operations.switches import Press, Switch

Again = Callable[[int, str], HttpResponse]


@dataclass(frozen=True)
class Lever:
    """A switch as it stands beside one record, for one person; `typed` is what a refused press had said."""

    switch: Switch
    record: Any
    is_allowed: bool
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique on the page."""
        return f"{self.switch.code}-{self.name}"

    @property
    def name(self) -> str:
        """What the form calls the record."""
        return str(self.record)

    @cached_property
    def refusal(self) -> str:
        return self.switch.refuses(self.record)

    @property
    def seen(self) -> str:
        return self.switch.mark(self.record)

    @property
    def questions(self) -> list[tuple[str, str, str]]:
        """Name, question and what was typed, for each answer that the switch needs."""
        asked = self.switch.asks.items()
        return [(name, str(question), self.typed.get(name, "")) for name, question in asked]

    @property
    def reason(self) -> str:
        return self.typed.get("reason", "")


def of(user: User, record: Any, typed: Mapping[str, str] | None = None) -> list[Lever]:
    """The switches beside this record; what was typed belongs to the one that was pressed."""
    typed = typed or {}
    return [
        Lever(switch, record, may_press(user, switch), typed if typed.get("switch") == code else {})
        for code, switch in switches.of(type(record)).items()
        if not switch.makes
    ]


def may_press(user: User, switch: Switch) -> bool:
    """Whether this person may look at such records and has the switch's own permission."""
    return permits.may_view(user, switch.model) and user.has_perm(switch.permission)  # type: ignore[union-attr]


def refuse(request: HttpRequest, switch: Switch, record: Any) -> NoReturn:
    """Raise PermissionDenied, and keep that it was tried."""
    switches.deny(_read(request, switch, record, {}, intents.Request(switch.scope, uuid4())))
    raise PermissionDenied(_("You are not permitted to do this. That it was tried is written down."))


def answer(
    request: HttpRequest,
    switch: Switch,
    record: Any,
    *,
    again: Again,
    then: Callable[[switches.Done | None], HttpResponse],
    answers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Press it: `then` gets what was done, `again` shows the page once more with status and problem.

    `answers` are those that a form of its own has cleaned already. Raises PermissionDenied, and keeps that
    it was tried.
    """
    if not may_press(request.user, switch):
        refuse(request, switch, record)
    try:
        number = intents.read(request.POST.get("request_id", ""), switch.scope)
        pressed = _read(request, switch, record, answers, number)
        _check(switch, pressed)
        done = switches.press(pressed)
    except intents.RequestRefused as error:
        return again(400, str(error))
    except Incomplete as error:
        return again(422, str(error))
    except (StaleRecord, Refusal, Busy) as error:
        return again(409, str(error))
    if done is None:
        messages.info(request, _("Already done. Nothing was done twice."))
    elif not done.shown_once:
        messages.success(request, str(switch.done))
    return then(done)


def _read(
    request: HttpRequest,
    switch: Switch,
    record: Any,
    answers: Mapping[str, Any] | None,
    number: intents.Request,
) -> Press:
    data = request.POST
    assert request.user.pk is not None
    if answers is None:
        answers = {name: _line(data.get(name, "")) for name in switch.asks}
    return Press(
        switch=switch,
        record=record,
        request=number,
        seen=data.get("seen", ""),
        user_id=int(request.user.pk),
        reason=_line(data.get("reason", ""))[: REASON_LENGTH + 1],
        answers=answers,
    )


def _check(switch: Switch, pressed: Press) -> None:
    asked = [str(question) for name, question in switch.asks.items() if not pressed.answers.get(name)]
    missing = asked + ([_("the reason")] if switch.needs_reason and not pressed.reason else [])
    if missing:
        raise Incomplete(_("Please fill in: %(what)s.") % {"what": ", ".join(missing)})
    texts = [str(answer) for answer in pressed.answers.values()]
    if len(pressed.reason) > REASON_LENGTH or any(len(text) > ANSWER_LENGTH for text in texts):
        raise Incomplete(
            _("The text is too long: a reason takes %(reason)s characters, an answer %(answer)s.")
            % {"reason": REASON_LENGTH, "answer": ANSWER_LENGTH}
        )


def _line(text: str) -> str:
    return text.replace("\x00", "").strip()
