"""The address under which a case file is handed out: a page that asks why, and the file."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from operations import intents, reach, recovery, repair
from operations.casefile import exports
from operations.casefile.exports import Wanted
from operations.casefile.gathering import Variant
from operations.desk import names, pages, permits
from operations.desk.subjects import Subject
from operations.errors import Busy, Refusal
from operations.history import Actor, Operation, Source

EXPORT = "export"
FORMATS = {"html": "text/html; charset=utf-8", "json": "application/json"}
SHOWN_COUNT = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """GET asks for whom and why and shows who took it before; POST hands the file out."""
    record = _record(label, pk)
    if not permitted(request, record):
        repair.record_trespass(record, EXPORT, _operation(request))
        raise PermissionDenied
    return _hand_out(request, record) if request.method == "POST" else _ask(request, record)


def permitted(request: HttpRequest, record: Any) -> bool:
    """Whether this person may take the case file of this record."""
    may_export = request.user.has_perm(exports.PERMISSION)
    return may_export and permits.may_view(request.user, type(record)) and reach.holds(request.user, record)


def variants(request: HttpRequest) -> list[Variant]:
    """What staff wrote for each other is only for those who may read it."""
    return list(Variant) if request.user.has_perm(exports.WITH_NOTES) else [Variant.CUSTOMER]


def download(text: str, form: str, name: str) -> HttpResponse:
    """A file to keep; a browser never shows it as a page of ours."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(text, content_type=FORMATS[form], headers=headers)


def _hand_out(request: HttpRequest, record: Any) -> HttpResponse:
    variant, form = request.POST.get("variant", ""), request.POST.get("format", "")
    if variant not in variants(request) or form not in FORMATS:
        return _ask(request, record, _("Please choose for whom it is, and in which form."), 422)
    try:
        number = intents.read(request.POST.get("request_id", ""), exports.SCOPE)
        wanted = Wanted(record, Variant(variant), request.POST.get("reason", ""))
        sealed = exports.press(number, wanted, _operation(request, number))
    except (Refusal, Busy) as error:
        return _ask(request, record, str(error), 422)
    name = f"{getattr(record, 'reference', record.pk)}-{variant}"
    return download(sealed.html if form == "html" else sealed.json, form, name)


def _ask(request: HttpRequest, record: Any, problem: str = "", status: int = 200) -> HttpResponse:
    taken = list(exports.of(record)[:SHOWN_COUNT])
    people = names.of(each.user_id for each in taken)
    context = {
        "title": _("Case file"),
        "subject": Subject(record),
        "variants": variants(request),
        "taken": [(each, people.get(each.user_id or 0, _("at the command line"))) for each in taken],
        "chosen": request.POST.get("variant") or Variant.CUSTOMER,
        "form": request.POST.get("format") or "html",
        "reason": request.POST.get("reason", ""),
        "reason_length": exports.REASON_LENGTH,
        "request_id": intents.issue(),
        "problem": problem,
    }
    return pages.framed(request, "desk/export.html", context, status=status)


def _record(label: str, pk: int) -> Any:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise Http404 from None
    if not recovery.introduction(model).is_case:
        raise Http404
    return get_object_or_404(model._base_manager, pk=pk)


def _operation(request: HttpRequest, number: intents.Request | None = None) -> Operation:
    return Operation(
        actor=Actor.STAFF,
        source=Source.DESK,
        request_id=number.key if number else None,
        user_id=request.user.pk,
    )
