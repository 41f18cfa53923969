"""The addresses of the pages about hours, beside the calendar and behind the same door."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import path

from bookings.availability import away_page, hours_page, why_page


def _page(route: str, view: Any, name: str) -> Any:
    return path(route, admin.site.admin_view(view), name=name)


urlpatterns = [
    _page("", hours_page.places, "hours-places"),
    _page("<slug:location>/", hours_page.edit, "hours"),
    _page("<slug:location>/why/", why_page.why, "hours-why"),
    _page("<slug:location>/closed/", away_page.add, "hours-close"),
    _page("<slug:location>/closed/<int:pk>/", away_page.change, "hours-closed"),
    _page("<slug:location>/closed/<int:pk>/delete/", away_page.remove, "hours-reopen"),
    _page("<slug:location>/service/<slug:service>/", hours_page.edit, "hours-service"),
    _page("<slug:location>/of/<slug:resource>/", hours_page.edit, "hours-of"),
    _page("<slug:location>/of/<slug:resource>/away/", away_page.add, "hours-away"),
    _page("<slug:location>/of/<slug:resource>/away/<int:pk>/", away_page.change, "hours-gone"),
    _page("<slug:location>/of/<slug:resource>/away/<int:pk>/delete/", away_page.remove, "hours-back"),
]
