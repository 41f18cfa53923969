"""The door to pages with switches: records made by a form, changed by named acts and never deleted.

An app may add a page of its own to the desk (`add_page`), show the switches of a record on it (`levers_of`)
and answer a press (`answer`); `framed` puts it into the desk's frame.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from operations import intents, switches
from operations.console import RecoverableAdmin
from operations.desk import matters, timeline
from operations.desk.further_pages import DeskPage
from operations.desk.further_pages import add as add_page
from operations.desk.levers import Lever, answer, may_press, refuse
from operations.desk.levers import of as levers_of
from operations.desk.pages import framed, see_other
from operations.desk.permits import may_view
from operations.desk.subjects import Subject
from operations.switches import Done, Switch

__all__ = [
    "DeskPage",
    "Lever",
    "SwitchedAdmin",
    "add_page",
    "answer",
    "framed",
    "levers_of",
    "may_press",
    "may_view",
    "see_other",
]


class SwitchedAdmin(RecoverableAdmin):
    """`maker` is the switch that makes a record of what `add_form` has cleaned; without it, nobody adds one.

    Both views stand in for Django's, whose transaction would be open while a form looks up an address.
    """

    maker: ClassVar[Switch | None] = None
    add_form: ClassVar[type[forms.Form]]
    record_template = "desk/switched.html"

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        return self.maker is not None and may_press(request.user, self.maker)

    def shown(self, _record: Any) -> dict[str, Any]:
        """What the page of a record shows besides its facts, its switches and its past."""
        return {}

    def asked(self, _request: HttpRequest, typed: Any) -> forms.Form:
        """The form for a new record; `typed` is None before it was sent."""
        return self.add_form(typed, label_suffix="")

    def add_view(self, request: HttpRequest, *_of_django: Any, **_unused: Any) -> HttpResponse:
        """GET: the form. POST: make the record, once, and show what is shown only now."""
        if self.maker is None or not may_view(request.user, self.model):
            raise PermissionDenied
        is_sent = request.method == "POST"
        if not self.has_add_permission(request):
            if is_sent:
                refuse(request, self.maker, None)
            raise PermissionDenied
        form = self.asked(request, request.POST if is_sent else None)
        if not is_sent:
            return self._form(request, form)
        if not form.is_valid():
            return self._form(request, form, 422)
        return answer(
            request,
            self.maker,
            None,
            answers=form.cleaned_data,
            again=lambda status, problem: self._form(request, form, status, problem),
            then=lambda done: self._after(request, done.record if done else None, done),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, *_of_django: Any, **_unused: Any
    ) -> HttpResponse:
        """GET: the record. POST: press one of its switches."""
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if request.method == "POST":
            return self._press(request, record)
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return self._record(request, record)

    def _press(self, request: HttpRequest, record: Any) -> HttpResponse:
        switch = switches.of(self.model).get(request.POST.get("switch", ""))
        if switch is None or switch.makes:
            return self._record(request, record, 400, _("This page does not know this button."))
        return answer(
            request,
            switch,
            record,
            again=lambda status, problem: self._record(request, record, status, problem),
            then=lambda done: self._after(request, record, done),
        )

    def _after(self, request: HttpRequest, record: Any, done: Done | None) -> HttpResponse:
        """What is shown once is in the answer itself: it is stored nowhere that could be looked at again."""
        if done and done.shown_once:
            return self._record(request, done.record, shown_once=done.shown_once)
        opts = self.opts
        if record is None:
            return see_other(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
        return see_other(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk]))

    def _form(
        self, request: HttpRequest, form: forms.Form, status: int = 200, problem: str = ""
    ) -> HttpResponse:
        context = {
            "title": self.maker.title if self.maker else "",
            "opts": self.opts,
            "form": form,
            "switch": self.maker,
            "request_id": intents.issue(),
            "problem": problem,
        }
        return _private(framed(request, "desk/switched_form.html", context, status=status))

    def _record(
        self, request: HttpRequest, record: Any, status: int = 200, problem: str = "", shown_once: str = ""
    ) -> HttpResponse:
        fresh = self.model._base_manager.get(pk=record.pk)
        context = {
            "title": str(fresh),
            "opts": self.opts,
            "record": fresh,
            "subject": Subject(fresh),
            "levers": levers_of(request.user, fresh, request.POST.dict() if problem else None),
            "timeline": timeline.of(fresh),
            "matters": matters.matters_of(fresh),
            "problem": problem,
            "shown_once": shown_once,
            **self.shown(fresh),
        }
        return _private(framed(request, self.record_template, context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response
