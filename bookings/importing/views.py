"""The pages of an import: choose a file, see what it would do row by row, then do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings import csv_files
from bookings.calendar.entering import at_place, framed
from bookings.importing import applying, columns, formats, kept, page, parts
from bookings.importing.checking import ANYONE, Names
from bookings.importing.formats import Unreadable
from bookings.importing.kept import ImportFile
from bookings.importing.planning import BOOK, Planner
from bookings.places import Location
from operations import console, intents, reach
from operations.errors import Refusal

IMPORT = "bookings.import_bookings"
SCOPE = "desk:import"


@never_cache
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places within reach; with one there is nothing to choose."""
    if not request.user.has_perm(IMPORT):
        return _refused(request)
    own = list(reach.within(request.user, Location.objects.filter(is_active=True)))
    if len(own) == 1:
        return redirect("import-file", own[0].slug)
    context = {"title": _("Import bookings"), "places": own, "on_calendar": False, "on_reports": True}
    return framed(request, "importing/places.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def choose(request: HttpRequest, location: Location) -> HttpResponse:
    """GET: the form. POST: the file is kept for a day and shown; nothing is booked yet."""
    if not request.user.has_perm(IMPORT):
        return _barred(request, location)
    if request.method != "POST":
        return _form(request, location)
    try:
        key = intents.read(request.POST.get("request_id", ""), SCOPE).key
        file = kept.keep(key, location, format_of(request), content_of(request))
    except Refusal as refusal:
        return _form(request, location, str(refusal))
    return console.see_other(_page(file))


@require_safe
@at_place
def sample(request: HttpRequest, location: Location) -> HttpResponse:
    """A file as it can be read, with a service and a person of the place."""
    if not request.user.has_perm(IMPORT):
        return _barred(request, location)
    service = location.services.filter(is_active=True).first()
    person = location.resources.filter(is_active=True).first()
    day = timezone.localdate(timezone=location.zone) + timedelta(days=7)
    rows: list[list[Any]] = [
        ["id", "service", "person", "start", "name", "email", "phone", "notes"],
        ["1", service or "", person or "", f"{day} 10:00", "Anna Berg", "anna@example.com", "", ""],
        ["2", service or "", "", f"{day} 11:00", "Ben Wolf", "", "+49 30 23125 201", ""],
    ]
    answer = HttpResponse(csv_files.lines(rows, bom=True), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="bookings-{location.slug}.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def show(request: HttpRequest, location: Location, pk: int) -> HttpResponse:
    """GET: what each row would do. POST: say what names mean, book what can be booked, or forget the file."""
    if not request.user.has_perm(IMPORT):
        return _barred(request, location)
    file = get_object_or_404(ImportFile.objects.select_related("location"), pk=pk, location=location)
    if request.method != "POST":
        return _look(request, file)
    if "forget" in request.POST:
        kept.forget(file)
        messages.success(request, _("The file is forgotten. What was booked from it stays."))
        return console.see_other(reverse("import-file", args=[location.slug]))
    if request.POST.get("version", "") != str(file.version):
        return _look(request, file, _("Somebody has changed what the names mean. Please look again."))
    if "map" in request.POST or "columns" in request.POST:
        if not kept.remap(file, file.version, _said(request, file)):
            return _look(request, file, _("Somebody has changed what the names mean. Please look again."))
        return console.see_other(_page(file, parts.part_of(file, request.POST.get("part", "")).number))
    return _apply(request, file)


def _said(request: HttpRequest, file: ImportFile) -> dict[str, dict[str, str]]:
    """What somebody said of the columns, or of the names in them."""
    typed = request.POST.dict()
    if "columns" in typed:
        return {**file.mapped, "columns": columns.chosen(file, typed)}
    return page.mapping(file, typed)


def _apply(request: HttpRequest, file: ImportFile) -> HttpResponse:
    planner, part = Planner(page.names_of(file)), parts.part_of(file, request.POST.get("part", ""))
    rows = parts.while_there_is_time(part.rows)
    telling = request.POST.get("tell") == "1"
    done = list(applying.apply(rows, planner, telling=telling, user_id=request.user.pk))
    number = sum(verdict.outcome == BOOK for verdict in done)
    told = ngettext("%(number)d booking was made.", "%(number)d bookings were made.", number)
    messages.success(request, told % {"number": number})
    say_what_is_left(request, len(part.rows) - len(done))
    return console.see_other(_page(file, part.number))


def say_what_is_left(request: HttpRequest, number: int) -> None:
    """Tell that a press was long enough before it came to these rows."""
    if number:
        told = ngettext(
            "%(number)d row is left. Press again to go on.",
            "%(number)d rows are left. Press again to go on.",
            number,
        )
        messages.warning(request, told % {"number": number})


def about_columns(file: ImportFile) -> dict[str, Any]:
    """What a page needs to ask what the columns are."""
    return {
        "columns": columns.of(file),
        "fields": columns.fields_of(file),
        "asks_columns": columns.must_be_asked(file),
    }


def content_of(request: HttpRequest) -> bytes:
    """The file of a form; raises Unreadable when there is none, or too much of it."""
    file = request.FILES.get("file")
    most = settings.HOLDFAST.import_file_max_bytes
    if file is None or file.size is None or file.size > most:
        raise Unreadable(_("Please choose a file of at most %(size)d KiB.") % {"size": most // 1024})
    return bytes(file.read())


def format_of(request: HttpRequest) -> str:
    """The format chosen in a form; raises Unreadable."""
    form = request.POST.get("format", "")
    if form not in formats.COLUMNS:
        raise Unreadable(_("Please choose a format."))
    return form


def _form(request: HttpRequest, location: Location, problem: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("Import bookings"),
        "location": location,
        "problem": problem,
        "request_id": intents.issue(),
        "chosen": request.POST.get("format", formats.GENERIC),
        "most_rows": settings.HOLDFAST.import_file_rows_count,
        "on_calendar": False,
        "on_reports": True,
    }
    return framed(request, "importing/choose.html", context, 422 if problem else 200)


def _look(request: HttpRequest, file: ImportFile, problem: str = "") -> HttpResponse:
    names, asked = Names(file.place), request.POST if request.method == "POST" else request.GET
    part = parts.part_of(file, asked.get("part", ""))
    context: dict[str, Any] = {
        "title": _("Import bookings"),
        "location": file.place,
        "file": file,
        "part": part,
        "look": page.look(file, part),
        **about_columns(file),
        "problem": problem,
        "services": sorted({each.slug: each for each in names.services.values()}.values(), key=str),
        "people": sorted({each.slug: each for each in names.people.values()}.values(), key=str),
        "anyone": ANYONE,
        "on_calendar": False,
        "on_reports": True,
    }
    return framed(request, "importing/file.html", context, 409 if problem else 200)


def _page(file: ImportFile, part: int = 1) -> str:
    path = reverse("import-rows", args=[file.place.slug, file.pk])
    return f"{path}?part={part}" if part > 1 else path


def _barred(request: HttpRequest, location: Location) -> HttpResponse:
    return console.barred(request, location, "import", _("Import bookings"))


def _refused(request: HttpRequest) -> HttpResponse:
    context = {"title": _("Not permitted"), "condition": {"title": _("Import bookings")}}
    return framed(request, "desk/denied.html", context, 403)
