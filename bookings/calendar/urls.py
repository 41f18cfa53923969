"""The addresses of the calendar, beside the desk and behind the same door."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import path

from bookings.calendar import booking_page, changing, moving, new_booking, requests_page, session_page, views


def _page(route: str, view: Any, name: str) -> Any:
    return path(route, admin.site.admin_view(view), name=name)


urlpatterns = [
    _page("", views.places, "calendars"),
    _page("<slug:location>/", views.calendar, "calendar"),
    _page("<slug:location>/new/", new_booking.new, "staff-book"),
    _page("<slug:location>/known/", new_booking.known, "staff-known"),
    _page("<slug:location>/requests/", requests_page.requests, "staff-requests"),
    _page("<slug:location>/bookings/<int:pk>/", booking_page.show, "staff-booking"),
    _page("<slug:location>/bookings/<int:pk>/move/", moving.move, "staff-move"),
    _page("<slug:location>/bookings/<int:pk>/change/", changing.change, "staff-change"),
    _page("<slug:location>/sessions/<int:pk>/", session_page.show, "staff-session"),
]
