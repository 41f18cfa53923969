"""Somebody at the desk who reads, fills in and clicks, and whose clicks are compared with the table."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.desk.people.acting import browser_of

PRESSABLE = "a:visible, button:visible, summary:visible"


class Newcomer:
    """Has one browser page, and remembers every word clicked and every field filled in."""

    def __init__(self, page: Page, live_server: Any, user: Any) -> None:
        session = browser_of(user).cookies["sessionid"].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        self.page, self.home = page, f"{live_server.url}/admin/desk/"
        self.steps: list[str] = []
        self.fields = 0
        self.looks_at_the_desk()

    def looks_at_the_desk(self) -> None:
        """The desk's first page, as it is now: it lies open all day and renews itself."""
        self.page.goto(self.home)

    def clicks(self, words: str) -> None:
        """Click the first link, button or fold with these words."""
        self.steps.append(words)
        self.page.locator(PRESSABLE, has_text=re.compile(rf"(^|\W){re.escape(words)}($|\W)")).first.click()

    def presses(self, words: str) -> None:
        """Press the button with exactly these words."""
        self.steps.append(words)
        self.page.get_by_role("button", name=words, exact=True).click()

    def finds(self, term: str) -> None:
        """Type into the search box of every page."""
        self.fills("Find by name", term)
        self.presses("Find")

    def fills(self, label: str, text: str, of: str = "") -> None:
        """Fill in a field; where several ways out ask the same, the one `of` that name."""
        self.fields += 1
        form: Page | Locator = (
            self.page.get_by_role("form", name=re.compile(rf"^{of}\b")) if of else self.page
        )
        form.get_by_label(re.compile(label)).first.fill(text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def does_not_see(self, text: str) -> None:
        expect(self.page.get_by_text(text)).to_have_count(0)
