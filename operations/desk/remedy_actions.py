"""Remedies as actions in the admin's lists: first shown, then given a reason, then done one by one."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations import intents, reach, repair
from operations.desk import matters, numbers, pages, permits, press, refusing
from operations.desk.subjects import Subject
from operations.errors import HoldfastError
from operations.history import Actor, Operation, Source
from operations.recovery import Condition, Remedy, words
from operations.repair import Outcome, Result

RECORD_CAP = 100
SHOWN = "shown"


@dataclass(frozen=True)
class RemedyAction:
    """One remedy of one condition, offered in the list of its model."""

    do_not_call_in_templates: ClassVar[bool] = True

    condition: Condition
    remedy: Remedy

    @property
    def name(self) -> str:
        return f"{self.condition.code}:{self.remedy.code}"

    @property
    def description(self) -> str:
        return f"{self.condition.title}: {self.remedy.title}"

    @property
    def allowed_permissions(self) -> tuple[str]:
        return (self.remedy.permission,)

    def __call__(
        self, model_admin: ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        """First the page that shows what will be done to whom, then what it showed and nothing else."""
        if SHOWN not in request.POST:
            return self._ask(request, queryset)
        try:
            reason, answers = press.typed(self.remedy, request.POST)
            number = intents.read(request.POST.get("request_id", ""), press.scope(self.remedy))
        except HoldfastError as error:
            return self._ask(request, queryset, problem=str(error))
        outcomes = [
            self.press(request, model_admin.model(pk=pk), version, number, reason, answers)
            for pk, version in _shown(request)
        ]
        _tell(request, self.remedy, outcomes)
        return None

    def _ask(self, request: HttpRequest, queryset: QuerySet[Any], problem: str = "") -> HttpResponse:
        listed = self.condition.records().filter(pk__in=_selected(request, queryset))
        shown = [Subject(record) for record in listed[:RECORD_CAP]]
        context = {
            "title": self.description,
            "action": self,
            "subjects": shown,
            "says": "" if callable(self.remedy.says) else words(self.remedy.says, None),
            "left": max(0, len(_selected(request, queryset)) - len(shown)),
            "request_id": request.POST.get("request_id") if problem else intents.issue(),
            "typed": request.POST,
            "questions": [
                (name, asked, request.POST.get(name, "")) for name, asked in self.remedy.asks.items()
            ],
            "reason_length": press.REASON_LENGTH,
            "problem": problem,
            "opts": self.condition.model._meta,
        }
        return pages.framed(request, "desk/several.html", context, status=422 if problem else 200)

    def press(
        self,
        request: HttpRequest,
        record: Any,
        version: int,
        number: intents.Request,
        reason: str,
        answers: dict[str, str],
    ) -> Outcome:
        """One record in a transaction of its own, under a request id of its own made from the form's."""
        assert request.user.pk is not None
        pk = record.pk
        own = intents.Request(number.scope, uuid.uuid5(number.key, str(pk)), number.issued_at)
        if not reach.holds(request.user, record):
            refusing.note(request, self.condition, pk, self.remedy.code)
            return Outcome(pk, Result.REFUSED, _("It belongs to a location that is not yours."))
        try:
            answer = press.apply(
                press.Press(
                    condition=self.condition,
                    remedy=self.remedy,
                    record=record,
                    version=version,
                    request=own,
                    user_id=request.user.pk,
                    reason=reason,
                    answers=answers,
                )
            )
        except HoldfastError as error:
            return Outcome(pk, Result.FAILED, str(error))
        if answer.is_repeat:
            return Outcome(pk, Result.ALREADY_RESOLVED, is_repeat=True)
        return answer.outcome


def of(model: type[Model], only: str = "") -> list[RemedyAction]:
    """Every remedy of the conditions that concern a model, or of one of them.

    Without those that compare records first: a list has no room to show it.
    """
    concerning = matters.conditions_of(model)
    chosen = [condition for condition in concerning if condition.code == only] or concerning
    return [
        RemedyAction(condition, remedy)
        for condition in chosen
        for remedy in condition.remedies
        if remedy.compares is None
    ]


def refuse_the_forbidden(request: HttpRequest, model: type[Model]) -> None:
    """Raise PermissionDenied for an action without its permission, and write down who tried it on what."""
    wanted = request.POST.get("action", "")
    action = next((action for action in of(model) if action.name == wanted), None)
    if action is None or permits.may_recover(request.user, action.remedy):
        return
    tried = Operation(actor=Actor.STAFF, source=Source.DESK, user_id=request.user.pk)
    for pk in ticked(request)[:RECORD_CAP]:
        repair.record_denial(action.condition, action.remedy.code, pk, tried)
    raise PermissionDenied


def ticked(request: HttpRequest) -> list[int]:
    """The numbers of the records that are ticked; what is no number is none."""
    read = [numbers.read(pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    return [pk for pk in read if pk is not None]


def _selected(request: HttpRequest, queryset: QuerySet[Any]) -> list[int]:
    """What was ticked, whether or not it still is in the filtered list."""
    if request.POST.get("select_across") == "1":
        return list(queryset.values_list("pk", flat=True)[: RECORD_CAP + 1])
    return ticked(request)


def _shown(request: HttpRequest) -> list[tuple[int, int]]:
    """The records and versions that the page before showed."""
    marks = [mark.partition("-") for mark in request.POST.getlist(SHOWN)[:RECORD_CAP]]
    pairs = [(numbers.read(pk), numbers.read(version)) for pk, _dash, version in marks]
    return [(pk, version) for pk, version in pairs if pk is not None and version is not None]


def _tell(request: HttpRequest, remedy: Remedy, outcomes: list[Outcome]) -> None:
    counted = Counter(outcome.result for outcome in outcomes)
    said = {"remedy": remedy.title}
    if done := counted[Result.APPLIED]:
        text = ngettext("“%(remedy)s” done for %(n)d record.", "“%(remedy)s” done for %(n)d records.", done)
        messages.success(request, text % {**said, "n": done})
    if resolved := counted[Result.ALREADY_RESOLVED]:
        text = ngettext("%(n)d was already resolved.", "%(n)d were already resolved.", resolved)
        messages.info(request, text % {"n": resolved})
    for outcome in outcomes:
        if outcome.result in (Result.REFUSED, Result.STALE, Result.FAILED):
            why = {"id": outcome.id, "why": outcome.message}
            messages.warning(request, _("Record %(id)s was left as it is: %(why)s") % why)
