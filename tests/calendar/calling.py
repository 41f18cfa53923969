"""Somebody at the front desk who writes down what a caller wants, by the form and nothing else."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from tests.calendar.attending import soon
from tests.calendar.pages import look, post
from tests.pages.visitor import Form

CALLER = {"name": "Anna Berg", "phone": "+49 30 5550 199"}


def path_to(location: Any, start: datetime | None = None, **given: str) -> str:
    asked = ({"start": start.isoformat()} if start else {}) | given
    return f"{reverse('staff-book', args=[location.slug])}?{urlencode(asked)}"


def opened(client: Client, service: Any, start: datetime | None = None, **given: str) -> Form:
    page = look(client, path_to(service.location, start or soon(), service=service.slug, **given))
    return page.form("/new/")


def filled(form: Form, service: Any, **changed: Any) -> dict[str, Any]:
    return {"service": service.slug, "resource": "", **CALLER, **changed}


def send(client: Client, service: Any, start: datetime | None = None, **changed: Any) -> Any:
    form = opened(client, service, start)
    return post(client, form, **filled(form, service, **changed))
