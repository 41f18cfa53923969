"""Rules that no type and no constraint can hold, held over the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

ROOT = Path(settings.BASE_DIR)
APPS = ("config", "bookings", "notifications", "operations")
SOURCES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
ANSWERING = {"views", "api"}  # they parse, make one call and answer; the call opens the transaction


def calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(), str(path))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def named(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def where(path: Path, node: ast.Call) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 100


def test_no_status_is_set_past_its_transitions():
    found = [
        where(path, call)
        for path in SOURCES
        for call in calls(path)
        if named(call) in ("update", "bulk_update", "update_or_create")
        and (
            any(keyword.arg == "status" for keyword in call.keywords)
            or any("'status'" in ast.dump(argument) for argument in call.args[1:])
        )
    ]

    assert found == []


def test_no_record_is_refreshed_in_place():
    """django-fsm-2 would leave the status unprotected in the whole process."""
    found = [
        where(path, call) for path in SOURCES for call in calls(path) if named(call) == "refresh_from_db"
    ]

    assert found == []


def test_no_view_opens_a_transaction():
    answering = [path for path in SOURCES if ANSWERING & {*path.relative_to(ROOT).parts, path.stem}]
    found = [
        f"{path.relative_to(ROOT)}"
        for path in answering
        if "transaction.atomic" in path.read_text() or "@use_case" in path.read_text()
    ]

    assert len(answering) > 20
    assert found == []
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")


def test_what_the_queue_library_shows_staff_stays_hidden():
    """Its schedule form runs any dotted path as the worker's user, and its resubmit deletes evidence."""
    admin.autodiscover()

    assert [model for model in admin.site._registry if model._meta.app_label == "django_q"] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_says_why_it_exists(path: Path):
    text = path.read_text()

    assert not text.strip() or ast.get_docstring(ast.parse(text)), path
