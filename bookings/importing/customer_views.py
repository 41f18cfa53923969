"""The pages of an import of customers: choose a file, see row by row who is new, then keep them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings import erasure
from bookings.calendar.entering import framed
from bookings.customer import Customer
from bookings.importing import columns, formats, kept, parts, people
from bookings.importing.kept import ImportFile
from bookings.importing.planning import BOOK, REFUSED, THERE
from bookings.importing.views import IMPORT, about_columns, content_of, format_of, say_what_is_left
from operations import console, intents, reach
from operations.errors import Refusal

SCOPE = "desk:import-customers"
View = Callable[..., HttpResponse]


def _for_everywhere(view: View) -> View:
    """Customers belong to the whole organisation: whoever is limited to some places keeps none of them."""

    @never_cache
    @wraps(view)
    def entered(request: HttpRequest, **rest: Any) -> HttpResponse:
        if request.user.has_perm(IMPORT) and reach.may_meet(request.user, Customer):
            return view(request, **rest)
        context = {"title": _("Not permitted"), "condition": {"title": _("Import customers")}}
        return framed(request, "desk/denied.html", context, 403)

    return entered


@require_http_methods(["GET", "HEAD", "POST"])
@_for_everywhere
def choose(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the file is kept for a day and shown; nobody is written down yet."""
    if request.method != "POST":
        return _form(request)
    try:
        key = intents.read(request.POST.get("request_id", ""), SCOPE).key
        file = kept.keep(key, None, format_of(request), content_of(request))
    except Refusal as refusal:
        return _form(request, str(refusal))
    return console.see_other(_page(file))


@require_http_methods(["GET", "HEAD", "POST"])
@_for_everywhere
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what each row would do. POST: keep who is new, or forget the file."""
    file = get_object_or_404(ImportFile, pk=pk, location=None)
    if request.method != "POST":
        return _look(request, file)
    if "forget" in request.POST:
        kept.forget(file)
        messages.success(request, _("The file is forgotten. The customers taken over from it stay."))
        return console.see_other(reverse("import-customers"))
    if request.POST.get("version", "") != str(file.version):
        return _look(request, file, _("Somebody has changed what the names mean. Please look again."))
    if "columns" in request.POST:
        kept.remap(file, file.version, {"columns": columns.chosen(file, request.POST.dict())})
        return console.see_other(_page(file))
    return _apply(request, file)


def _apply(request: HttpRequest, file: ImportFile) -> HttpResponse:
    writer = request.user.pk if request.POST.get("notes") == "1" else None
    part = parts.part_of(file, request.POST.get("part", ""))
    rows = parts.while_there_is_time(part.rows)
    done = list(people.take_over(rows, applying=True, user_id=writer))
    number = sum(verdict.outcome == BOOK for verdict in done)
    told = ngettext("%(number)d customer was taken over.", "%(number)d customers were taken over.", number)
    messages.success(request, told % {"number": number})
    say_what_is_left(request, len(part.rows) - len(done))
    return console.see_other(_page(file, part.number))


def _form(request: HttpRequest, problem: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("Import customers"),
        "problem": problem,
        "request_id": intents.issue(),
        "chosen": request.POST.get("format", formats.GENERIC),
        "most_rows": settings.HOLDFAST.import_file_rows_count,
        "on_calendar": False,
        "on_reports": True,
    }
    return framed(request, "importing/choose_customers.html", context, 422 if problem else 200)


def _look(request: HttpRequest, file: ImportFile, problem: str = "") -> HttpResponse:
    part = parts.part_of(file, request.GET.get("part", ""))
    verdicts = list(people.take_over(part.rows, applying=False))
    counted = Counter(verdict.outcome for verdict in verdicts)
    context: dict[str, Any] = {
        "title": _("Import customers"),
        "file": file,
        "part": part,
        "problem": problem,
        "verdicts": verdicts,
        **about_columns(file),
        "counts": {outcome: counted[outcome] for outcome in (BOOK, THERE, REFUSED)},
        "forgotten_on": timezone.localdate() + timedelta(days=erasure.quiet_days()),
        "on_calendar": False,
        "on_reports": True,
    }
    return framed(request, "importing/customers.html", context, 409 if problem else 200)


def _page(file: ImportFile, part: int = 1) -> str:
    path = reverse("import-customer-rows", args=[file.pk])
    return f"{path}?part={part}" if part > 1 else path
