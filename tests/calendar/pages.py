"""Staff who work with the calendar's pages and nothing else."""

from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from operations import roles
from tests.calendar.attending import staff
from tests.pages.visitor import Form, Page


def browser(name: str = "robin", role: str = roles.FRONT_DESK) -> Client:
    client = Client()
    client.force_login(staff(name, role=role))
    return client


def look(client: Client, path: str) -> Page:
    return Page(client.get(path), path)


def calendar(location: Any, **query: str) -> str:
    return f"{reverse('calendar', args=[location.slug])}?{urlencode(query)}"


def of(booking: Any, name: str = "staff-booking") -> str:
    return reverse(name, args=[booking.location.slug, booking.pk])


def form_for(page: Page, act: str) -> Form:
    """The form that does this act."""
    return next(form for form in page.forms if form.fields.get("act") == act)


def post(client: Client, form: Form, **changed: str) -> Any:
    return client.post(form.action, form.fields | changed)


def press(client: Client, booking: Any, act: str, **changed: str) -> Any:
    """Open the booking's page and press one of its buttons."""
    return post(client, form_for(look(client, of(booking)), act), **changed)
