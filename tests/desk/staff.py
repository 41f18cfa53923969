"""People of several roles and what they do at the desk with nothing but its pages."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from operations.recovery import Condition, Remedy
from tests.desk.stuck import ANSWERS
from tests.pages.visitor import Form, Page
from tests.signing_in import browser_of

VIEW = Permission.objects.filter(codename__startswith="view_")
RECOVER = Permission.objects.filter(codename="recover")
OPERATE = Permission.objects.filter(
    codename__in=(
        "operate",
        "switch_channel",
        "switch_webhookendpoint",
        "rotate_webhookendpoint",
        "replay_webhookendpoint",
    )
)
ROLES: dict[str, dict[str, Any]] = {
    "owner": {"is_staff": True, "is_superuser": True},
    "front desk": {"is_staff": True, "permissions": (VIEW, RECOVER)},
    "operator": {"is_staff": True, "permissions": (VIEW, RECOVER, OPERATE)},
    "auditor": {"is_staff": True, "permissions": (VIEW,)},
    "presser": {"is_staff": True, "permissions": (RECOVER,)},
    "newcomer": {"is_staff": True},
    "customer": {},
}
READERS = ("owner", "front desk", "operator", "auditor")


def user(role: str) -> User:
    """Somebody of that role."""
    given = dict(ROLES[role])
    permissions = given.pop("permissions", ())
    person = User.objects.create_user(username=role.replace(" ", "-"), **given)
    for found in permissions:
        person.user_permissions.add(*found.all())
    return person


def may_press(role: str, remedy: Remedy) -> bool:
    """Whether somebody of that role, known by now, reads the desk and has the remedy's permission."""
    person = User.objects.get(username=role.replace(" ", "-"))
    return role in READERS and person.has_perm(remedy.permission)


def client(role: str) -> Client:
    """The browser of somebody of that role."""
    return browser_of(user(role))


def page_of(condition: Condition, record: Any) -> str:
    return reverse("admin:desk_record", args=[condition.code, record.pk])


def forms(browser: Client, path: str) -> dict[str, Form]:
    """The forms of a record's page by the remedy they press."""
    return forms_of(Page(browser.get(path), path))


def forms_of(page: Page) -> dict[str, Form]:
    """The forms of a page that is open already, by the remedy they press."""
    return {form.fields["remedy"]: form for form in page.forms if "remedy" in form.fields}


def filled(form: Form, **changed: str) -> dict[str, str]:
    """What a person sends with this form: every field, the empty ones filled in."""
    given = {name: value or ANSWERS.get(name, "somebody called") for name, value in form.fields.items()}
    return given | changed


def press(browser: Client, condition: Condition, record: Any, remedy: Remedy | str, **changed: str) -> Any:
    """Open the record's page, fill in the remedy's form and press its button."""
    path = page_of(condition, record)
    code = remedy if isinstance(remedy, str) else remedy.code
    return browser.post(path, filled(forms(browser, path)[code], **changed))


def messages(response: Any) -> str:
    """What the next page says on top."""
    return " ".join(str(message) for message in response.wsgi_request._messages)
