"""The script that other websites load to show a place's pages; its address never changes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(public=True, max_age=3600)
def script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """To the file of this release, whose own address changes with it."""
    return redirect(static("holdfast/embed.js"))
