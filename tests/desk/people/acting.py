"""Staff who agree about records with nothing but the forms of the desk."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from operations.recovery import Condition, conditions
from tests.desk.staff import page_of, user
from tests.pages.visitor import Form, Page
from tests.signing_in import browser_of

__all__ = ["browser_of"]
DEAD = "notifications.dead"


def somebody(name: str, role: str = "front desk") -> User:
    """A person of that role with a name of their own."""
    person = user(role)
    User.objects.filter(pk=person.pk).update(username=name.lower(), first_name=name)
    return User.objects.get(pk=person.pk)


def condition_of(code: str) -> Condition:
    return conditions()[code]


def form(browser: Client, path: str, act: str) -> Form:
    """The form of that act on a page."""
    page = Page(browser.get(path), path)
    found = [each for each in page.forms if each.fields.get("act") == act]
    assert found, f"no form to {act}: {page.text[:500]}"
    return found[0]


def act(browser: Client, record: Any, code: str, condition: str = DEAD, **fields: str) -> Any:
    """Open the record's page, fill in that form and send it."""
    shown = form(browser, page_of(condition_of(condition), record), code)
    return browser.post(shown.action, shown.fields | fields)


def text(browser: Client, path: str) -> str:
    """The words of a page."""
    return Page(browser.get(path), path).text
