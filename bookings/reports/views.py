"""The pages and files of reports."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import csv_files
from bookings.customer import Customer
from bookings.importing.views import IMPORT
from bookings.places import Location
from bookings.reports import drawing, periods, report
from bookings.reports.report import Report
from operations import console, reach

VIEW, MONEY = "bookings.view_reports", "bookings.view_revenue"
ALL = "*"  # no place can be called that
View = Callable[..., HttpResponseBase]


def _for_readers(view: View) -> View:
    @never_cache
    @require_safe
    @wraps(view)
    def entered(request: HttpRequest, **rest: Any) -> HttpResponseBase:
        if not request.user.has_perm(VIEW):
            return _refused(request)
        return view(request, **rest)

    return entered


@_for_readers
def reports(request: HttpRequest) -> HttpResponseBase:
    """What became of the bookings of some dates and places."""
    places = _within_reach(request)
    location = request.GET.get("location", "") or (places[0].slug if places else ALL)
    made = _report(request, _chosen(places, location))
    period = made.period
    context = {
        "title": _("Reports"),
        "on_desk": False,
        "on_reports": True,
        "report": made,
        "period": period,
        "periods": [
            (code, title, "?" + urlencode({"location": location, "period": code}))
            for code, (title, _dates) in periods.KNOWN.items()
        ],
        "places": places,
        "location": location,
        "query": _query(period, location),
        "has_money": request.user.has_perm(MONEY),
        "may_import_customers": request.user.has_perm(IMPORT) and reach.may_meet(request.user, Customer),
        "weeks": drawing.bars(made.tables["weeks"]),
        "busiest": drawing.busiest(made.tables["weeks"]),
        "hours": drawing.shaded(made.tables["hours"]),
    }
    return console.framed(request, "reports/report.html", context, 400 if period.problem else 200)


@_for_readers
def table(request: HttpRequest, code: str) -> HttpResponseBase:
    """One table of the report as a file; `bom=1` for spreadsheets that need it to read UTF-8."""
    chosen = _chosen(_within_reach(request), request.GET.get("location", ALL))
    made = _report(request, chosen)
    if code not in made.tables or made.period.problem:
        raise Http404
    name = f"{code}-{made.period.first}-{made.period.last}.csv"
    return csv_files.download(name, made.tables[code].lines(), bom=request.GET.get("bom") == "1")


def _within_reach(request: HttpRequest) -> list[Location]:
    return list(reach.within(request.user, Location.objects.all()))


def _chosen(places: list[Location], asked: str) -> list[Location]:
    """Those that are asked for; 404 for one that is not within reach."""
    chosen = [each for each in places if asked in (ALL, "", each.slug)]
    if asked not in (ALL, "") and not chosen:
        raise Http404
    return chosen


def _report(request: HttpRequest, places: list[Location]) -> Report:
    zone = ZoneInfo(reach.zone_of_whoever_looks() or "UTC")
    period = periods.read(request.GET, timezone.localdate(timezone=zone))
    return report.make(places, period, with_money=request.user.has_perm(MONEY))


def _query(period: periods.Period, location: str) -> str:
    """The address of exactly this: whatever today is when it is opened."""
    asked = {"from": period.first.isoformat(), "to": period.last.isoformat(), "location": location}
    return urlencode(asked)


def _refused(request: HttpRequest) -> HttpResponse:
    context = {"title": _("Not permitted"), "condition": {"title": _("Reports")}, "on_desk": False}
    return console.framed(request, "desk/denied.html", context, 403)
