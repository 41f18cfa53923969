"""Presses switches with nothing but what the pages offer."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.pages.visitor import Form, Page
from tests.signing_in import browser_of

CHANNELS = "/admin/desk/channels/"


def form(browser: Client, path: str, switch: str, record: str = "") -> Form:
    """The form of that switch, of one record where the page shows several."""
    page = Page(browser.get(path), path)
    found = [each for each in page.forms if each.fields.get("switch") == switch]
    return next(each for each in found if not record or each.fields["record"] == record)


def offered(browser: Client, path: str) -> set[str]:
    return {each.fields["switch"] for each in Page(browser.get(path), path).forms if "switch" in each.fields}


def press(browser: Client, path: str, switch: str, *, record: str = "", **typed: str) -> Any:
    """Open the page, fill in the form and press its button."""
    fields = form(browser, path, switch, record).fields
    reason = {"reason": "A storm."} if "reason" in fields else {}
    return browser.post(path, fields | reason | typed)


def somebody_with(*codenames: str) -> Client:
    """The browser of somebody who may look at everything, and has these permissions."""
    person = User.objects.create_user("somebody", is_staff=True, email="me@example.com")
    person.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return browser_of(person)
