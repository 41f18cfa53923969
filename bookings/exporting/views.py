"""The page from which an owner takes everything along."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookings import csv_files
from bookings.exporting import archive, everything, places
from bookings.places import Location
from operations import console, reach

EXPORT = "bookings.export_everything"
log = structlog.get_logger("holdfast.export")


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """What there is to take along."""
    if not request.user.has_perm(EXPORT):
        return _refused(request)
    own = reach.within(request.user, Location.objects.filter(is_active=True))
    context: dict[str, Any] = {
        "title": _("Export"),
        "on_desk": False,
        "on_reports": True,
        "sheets": [each for each in everything.SHEETS.values() if each.is_for(request.user)],
        "left_out": places.left_out(own),
    }
    return console.framed(request, "exporting/export.html", context)


@never_cache
@require_POST
def file(request: HttpRequest, code: str) -> HttpResponseBase:
    """One file, written while it is sent; that it was taken is in the log."""
    if not request.user.has_perm(EXPORT):
        return _refused(request)
    if code != "locations" and code not in everything.SHEETS:
        raise Http404
    log.info("exported", what=code, user=request.user.pk)
    if code == "locations":
        own = reach.within(request.user, Location.objects.filter(is_active=True))
        answer = HttpResponse(places.as_text(own), content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="{places.FILE}"'
        return answer
    sheet = everything.SHEETS[code]
    rows = sheet.rows(sheet.within(request.user))
    return csv_files.download(f"{code}.csv", rows, bom=request.POST.get("bom") == "1")


@never_cache
@require_POST
def whole(request: HttpRequest) -> HttpResponseBase:
    """Every file in one ZIP, written while it is sent; that it was taken is in the log."""
    if not request.user.has_perm(EXPORT):
        return _refused(request)
    log.info("exported", what="everything", user=request.user.pk)
    sent = archive.parts(request.user, bom=request.POST.get("bom") == "1")
    answer = StreamingHttpResponse(sent, content_type="application/zip")
    name = f"holdfast-{timezone.localdate():%Y-%m-%d}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _refused(request: HttpRequest) -> HttpResponse:
    context = {"title": _("Not permitted"), "condition": {"title": _("Export")}, "on_desk": False}
    return console.framed(request, "desk/denied.html", context, 403)
