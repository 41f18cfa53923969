"""Answers an act of people on a record: from what the form says to the page that tells what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from operations import intents, repair
from operations.desk import acts, pages, permits
from operations.desk.subjects import Subject
from operations.errors import Busy, Refusal
from operations.history import Actor, Operation, Source
from operations.recovery import Condition


@dataclass(frozen=True)
class Acting:
    """A POST of one of the forms in which people agree about a record."""

    request: HttpRequest
    condition: Condition
    record: Any

    def answer(self) -> HttpResponse:
        act = acts.ACTS.get(self.request.POST.get("act", ""))
        if act is None:
            return self._again(400, _("This page does not know that button."))
        if not permits.may_act(self.request.user, self.condition.model):
            repair.record_denial(self.condition, act.code, self.record.pk, self._operation())
            return pages.denied(self.request, self.condition, pressed=str(act.title))
        try:
            is_repeat = acts.do(self._read(act))
        except intents.RequestRefused as error:
            return self._again(400, str(error))
        except intents.KeyReused:
            return self._again(
                409, _("This button was already pressed with other words. Look what came of it.")
            )
        except (Refusal, Busy) as error:
            return self._again(409, str(error))
        said = _("Already done. Nothing was done twice.") if is_repeat else str(act.done)
        messages.success(self.request, f"{Subject(self.record).title}: {said}")
        return pages.see_other(reverse("admin:desk_record", args=[self.condition.code, self.record.pk]))

    def _read(self, act: acts.Act) -> acts.Asked:
        data = self.request.POST
        return acts.Asked(
            act=act,
            condition=self.condition,
            record=self.record,
            zone=Subject(self.record).time_zone,
            user_id=self._user_id(),
            request=intents.read(data.get("request_id", ""), act.scope),
            fields={name: data.get(name, "") for name in act.takes},
        )

    def _again(self, status: int, problem: str) -> HttpResponse:
        """The record as it is now, with what was wrong and everything that was typed."""
        typed = {name: self.request.POST[name] for name in self.request.POST if name != "csrfmiddlewaretoken"}
        return pages.of_record(
            self.request, self.condition, self.record, status=status, problem=problem, said=typed
        )

    def _operation(self) -> Operation:
        return Operation(actor=Actor.STAFF, source=Source.DESK, request_id=uuid4(), user_id=self._user_id())

    def _user_id(self) -> int:
        assert self.request.user.pk is not None
        return int(self.request.user.pk)
