"""Form fields that take every script and no deceit."""

from __future__ import annotations

from typing import Any

from django import forms

from bookings import typed_text


class Line(forms.CharField):
    """One line of any script, in Unicode's composed form."""

    check = staticmethod(typed_text.validate_line)

    def to_python(self, value: Any) -> str:
        text = typed_text.normalised(value or "")
        self.check(text)
        return text


class Paragraphs(Line):
    """The same on several lines."""

    check = staticmethod(typed_text.validate_paragraphs)


class Address(forms.EmailField):
    """An e-mail address; a line break in it is an attempt to write more than an address."""

    def to_python(self, value: Any) -> str:
        typed_text.validate_line(value or "")
        return str(super().to_python(value) or "")
