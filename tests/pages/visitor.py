"""Somebody without a script: follows links and sends forms with exactly the fields that the page has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """The forms, links and visible words of a page."""

    def __init__(self, response: Any, path: str) -> None:
        super().__init__()
        self.status, self.path = response.status_code, path
        self.html = response.content.decode()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.textarea = self.select = ""
        self.feed(self.html)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    @property
    def times(self) -> list[str]:
        """The addresses of the times offered."""
        return [link for link in self.links if "/book/?start=" in link]

    def form(self, action: str = "", having: str = "") -> Form:
        """The one form whose action contains `action` and which has the field `having`."""
        found = [
            each
            for each in self.forms
            if each.method == "post" and action in each.action and (not having or having in each.fields)
        ]
        assert found, f"no form for {action!r} on a page that answers {self.status}: {self.text[:300]}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if tag == "form":
            self.forms.append(Form(values.get("action") or self.path, values.get("method", "get")))
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "textarea" and self.forms:
            self.textarea = values["name"]
            self.forms[-1].fields[self.textarea] = ""
        elif tag == "select" and self.forms and "multiple" not in values:
            self.select = values.get("name", "")
        elif tag == "option" and self.select and self.forms:
            kept = self.forms[-1].fields
            if "selected" in values or self.select not in kept:
                kept[self.select] = values.get("value", "")
        elif tag == "input" and self.forms and "name" in values:
            if values.get("type") in ("radio", "checkbox"):
                self.forms[-1].choices.setdefault(values["name"], []).append(values.get("value", "on"))
            else:
                self.forms[-1].fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        while tag in self.open and self.open.pop() != tag:
            pass
        if tag == "textarea":
            self.textarea = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1].fields[self.textarea] += data.removeprefix("\n")
        elif not {"script", "style", "head"} & set(self.open):
            self.words.append(data)


class Visitor:
    """A browser without a script; each has its own cookies."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.raise_request_exception = False

    def open(self, path: str) -> Page:
        return Page(self.client.get(path), path)

    def send(self, form: Form, **changed: str) -> Page:
        """Post the form and follow where it leads."""
        response = self.post(form, **changed)
        if response.status_code == 303:
            return self.open(response["Location"])
        return Page(response, form.action)

    def post(self, form: Form, **changed: str) -> Any:
        """Post the form; the bare response."""
        return self.client.post(form.action, form.fields | changed)
