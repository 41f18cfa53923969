"""Answers a press: from what the form says to the page that tells what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from operations import intents, repair
from operations.desk import pages, permits, press, timeline
from operations.desk.subjects import Subject
from operations.errors import Busy, Refusal
from operations.history import Actor, Operation, Source
from operations.recovery import Condition, Remedy
from operations.repair import Result


@dataclass(frozen=True)
class Pressing:
    """A POST to a record's page: from what the form says to the page that tells what came of it."""

    request: HttpRequest
    condition: Condition
    record: Any

    def answer(self) -> HttpResponse:
        code = self.request.POST.get("remedy", "")
        try:
            remedy = self.condition.remedy(code)
        except KeyError:
            return self._again(400, _("This page does not know the button “%(code)s”.") % {"code": code[:40]})
        if not self._may_press(remedy):
            repair.record_denial(self.condition, remedy.code, self.record.pk, self._operation())
            return pages.denied(self.request, self.condition, remedy)
        try:
            pressed = self._read(remedy)
            return self._told(remedy, press.apply(pressed), pressed.version)
        except press.Unnumbered as error:
            return self._again(428, str(error), remedy)
        except press.Incomplete as error:
            return self._again(422, str(error), remedy)
        except intents.RequestRefused as error:
            return self._again(400, str(error), remedy)
        except intents.KeyReused:
            return self._again(
                409, _("This button was already pressed with other words. Look what came of it.")
            )
        except (Refusal, Busy) as error:
            return self._again(409, str(error), remedy)

    def _may_press(self, remedy: Remedy) -> bool:
        user = self.request.user
        return permits.may_view(user, self.condition.model) and permits.may_recover(user, remedy)

    def _read(self, remedy: Remedy) -> press.Press:
        data = self.request.POST
        request_id = intents.read(data.get("request_id", ""), press.scope(remedy))
        version = press.version(data)
        reason, answers = press.typed(remedy, data)
        return press.Press(
            condition=self.condition,
            remedy=remedy,
            record=self.record,
            version=version,
            request=request_id,
            user_id=self._user_id(),
            reason=reason,
            answers=answers,
            others=press.others(remedy, self.record, data),
        )

    def _told(self, remedy: Remedy, answer: press.Answer, version: int) -> HttpResponse:
        said = {"remedy": remedy.title, "title": Subject(self.record).title}
        outcome = answer.outcome
        if answer.is_repeat:
            return self._list(_("Already done: “%(remedy)s” for %(title)s. Nothing was done twice.") % said)
        match outcome.result:
            case Result.APPLIED:
                return self._list(_("Done: “%(remedy)s” for %(title)s.") % said)
            case Result.ALREADY_RESOLVED:
                messages.info(self.request, outcome.message)
                return pages.see_other(self.request.path)
            case Result.STALE:
                return self._again(409, outcome.message, remedy, changes=timeline.since(self.record, version))
        return self._again(409, _("Nothing was changed. %(why)s") % {"why": outcome.message}, remedy)

    def _list(self, text: str) -> HttpResponse:
        link = format_html(' <a href="{}">{}</a>', self.request.path, _("Look at the record"))
        messages.success(self.request, format_html("{}{}", text, link))
        return pages.see_other(reverse("admin:desk_condition", args=[self.condition.code]))

    def _again(self, status: int, problem: str, remedy: Remedy | None = None, **told: Any) -> HttpResponse:
        """The record as it is now, with what was wrong and everything that was typed."""
        fresh = self.condition.model._base_manager.filter(pk=self.record.pk).first()
        typed = {name: value for name, value in self.request.POST.items() if name != "csrfmiddlewaretoken"}
        told |= {"problem": problem, "pressed": remedy.code if remedy else "", "typed": typed}
        return pages.of_record(self.request, self.condition, fresh or self.record, status=status, **told)

    def _operation(self) -> Operation:
        return Operation(
            actor=Actor.STAFF,
            source=Source.DESK,
            reason=self.request.POST.get("reason", "").replace("\x00", "")[: press.REASON_LENGTH],
            request_id=uuid4(),
            user_id=self._user_id(),
        )

    def _user_id(self) -> int:
        assert self.request.user.pk is not None
        return int(self.request.user.pk)
