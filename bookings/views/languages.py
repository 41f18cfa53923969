"""Where a reader chooses a language; their browser keeps it in a cookie."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from bookings.views.answers import page


@csrf_exempt  # a choice of words: nothing to forge
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """GET: a button for each language. POST: keep the choice and lead back to `next`, on this site only."""
    if request.method == "POST":
        return set_language(request)
    back = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return page(request, "languages", {"next": back if is_ours else "/", "languages": settings.LANGUAGES})
