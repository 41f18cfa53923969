"""The records behind the charts of the first page: what got into trouble or out of it, and when."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations import reach
from operations.desk import counts, course, moves, names, pages, shift
from operations.desk.permits import User
from operations.desk.shift import Line
from operations.history import CAME_RIGHT, WENT_WRONG, Event

LINE_CAP = 200
KINDS = {
    "": gettext_lazy("All"),
    "wrong": gettext_lazy("Went wrong"),
    "right": gettext_lazy("Came right"),
    "unknown": gettext_lazy("Unknown, and resolved"),
}


@never_cache
@require_safe
def stretch(request: HttpRequest) -> HttpResponse:
    """What went wrong and came right between two moments; without them, in the last 24 hours."""
    if reach.is_limited(request.user):
        raise PermissionDenied
    until = _moment(request.GET.get("until", ""))
    since = _moment(request.GET.get("since", "")) or (until or timezone.now()) - course.DAY
    kind = request.GET.get("kind", "")
    events = _events(kind, since, until)
    context = {
        "title": _("What went wrong and came right"),
        "since": since,
        "until": until,
        "count": counts.count(events),
        "lines": _lines(request.user, events),
        "kinds": [(course.page(since, until, code), name, code == kind) for code, name in KINDS.items()],
    }
    return pages.framed(request, "desk/course.html", context)


def _events(kind: str, since: datetime, until: datetime | None) -> QuerySet[Event]:
    events = Event.objects.filter(at__gte=since, **({"at__lt": until} if until else {}))
    match kind:
        case "wrong":
            return events.filter(WENT_WRONG)
        case "right":
            return events.filter(CAME_RIGHT)
        case "unknown":
            return events.filter(CAME_RIGHT, from_status="unknown")
    return events.filter(WENT_WRONG) | events.filter(CAME_RIGHT)


def _lines(user: User, events: QuerySet[Event]) -> list[Line]:
    """The newest of them that this person may see, each with its record."""
    newest = list(events.order_by("-at", "-pk")[:LINE_CAP])
    people = names.of(event.user_id for event in newest)
    found = shift.records(user, [(event.subject_model, event.subject_id) for event in newest])
    return [
        Line(
            event.at,
            moves.doer(event.actor, event.source, people.get(event.user_id or 0, "")),
            moves.in_words(event),
            *found[event.subject_model, event.subject_id],
            event.reason,
        )
        for event in newest
        if (event.subject_model, event.subject_id) in found
    ]


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    is_readable = moment and moment.tzinfo and 1970 <= moment.year < 9999  # the outermost days have no zone
    return moment if is_readable else None
