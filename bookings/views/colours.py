"""The colours of the places, as a style sheet of our own: our policy allows no style inside a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from bookings import colours
from bookings.places import Location

RULE = '[data-location="{slug}"] {{ --accent: {colour}; }}'
BOTH = '[data-location="{slug}"] {{ --accent: light-dark({colour}, {light}); }}'
MINUTE = 60


@require_safe
@cache_control(public=True, max_age=5 * MINUTE)
@conditional_page
def sheet(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Each place's colour, lightened for dark surfaces; older browsers keep the one for light."""
    chosen = Location.objects.exclude(colour="").order_by("slug").values_list("slug", "colour")
    places = [(slug, colour) for slug, colour in chosen if colours.HEX.fullmatch(colour)]
    plain = "\n".join(RULE.format(slug=slug, colour=colour) for slug, colour in places)
    both = "\n".join(
        BOTH.format(slug=slug, colour=colour, light=colours.for_dark(colour)) for slug, colour in places
    )
    css = f"{plain}\n@supports (color: light-dark(#000, #fff)) {{\n{both}\n}}\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8")
