"""Pages that other apps add to the desk, found from its first page by whoever may see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse

from operations.desk.permits import User
from operations.recovery import Text


@dataclass(frozen=True, kw_only=True)
class DeskPage:
    """A page at /admin/desk/<path>/, named `admin:<name>`; `may_see` decides who is led there."""

    path: str
    name: str
    title: Text
    view: Callable[..., HttpResponse]
    may_see: Callable[[User], bool]

    @property
    def url_name(self) -> str:
        return f"admin:{self.name}"


_pages: dict[str, DeskPage] = {}


def add(page: DeskPage) -> None:
    """Declare a page; called when an app's `admin.py` is imported."""
    _pages[page.path] = page


def every() -> list[DeskPage]:
    """Every declared page, in the order of their paths."""
    return [_pages[path] for path in sorted(_pages)]
