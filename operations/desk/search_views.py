"""The addresses of the desk's search box and of the views that people keep for themselves."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from operations import recovery
from operations.desk import narrowing, pages, permits, searching
from operations.errors import Busy, Refusal
from operations.people import saved_views
from operations.recovery import Condition

TERM_LENGTH = 254


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The records that answer what was typed, each one click away."""
    term = request.GET.get("q", "").strip()[:TERM_LENGTH]
    context = {
        "title": _("Search"),
        "term": term,
        "found": searching.find(request.user, term),
        "is_too_short": len(term) < searching.SHORTEST,
    }
    return pages.framed(request, "desk/search.html", context)


@never_cache
@require_POST
def keep_view(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the list as it is narrowed now under a name; the same name again replaces it."""
    condition = _condition(code)
    if not permits.may_view(request.user, condition.model):
        return pages.denied(request, condition)
    assert request.user.pk is not None
    asked = QueryDict(request.POST.get("query", "")[: saved_views.QUERY_LENGTH])
    query = narrowing.read(condition, request.user.pk, asked).query
    try:
        saved_views.keep(request.user.pk, condition.code, request.POST.get("name", ""), query)
    except (Refusal, Busy) as error:
        messages.error(request, str(error))
    return pages.see_other(f"{reverse('admin:desk_condition', args=[condition.code])}?{query}")


@never_cache
@require_POST
def drop_view(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Forget a view of one's own; one that is gone already is fine."""
    condition = _condition(code)
    assert request.user.pk is not None
    saved_views.drop(request.user.pk, pk)
    return pages.see_other(reverse("admin:desk_condition", args=[condition.code]))


def _condition(code: str) -> Condition:
    try:
        return recovery.conditions()[code]
    except KeyError:
        raise Http404 from None
