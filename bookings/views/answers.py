"""The few kinds of answer that public pages give, and the headers that go with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

P = ParamSpec("P")


class SeeOther(HttpResponseRedirect):
    """303: look there with GET, whatever was sent here (RFC 9110, section 15.4.4)."""

    status_code = 303


def page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page `templates/pages/<name>.html`."""
    return render(request, f"pages/{name}.html", context, status=status)


def private(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Keep the answer out of caches and search engines, and its address from other sites."""

    @wraps(view)
    def hidden(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"  # "no-referrer" would turn our own forms' Origin to null
        return response

    return hidden
