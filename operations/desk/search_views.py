"""The address of the desk's search box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations.desk import pages, searching

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
