"""Form fields that take every script and every usual date, and no deceit."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from bookings import typed_text

FIRST_YEAR, LAST_YEAR = 2000, 2999
UNUSUAL_YEAR = _("Please enter a date between 2000 and 2999.")


class Day(forms.DateField):
    """A date as browsers send it, of a year in which any time zone can be reckoned with."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    input_formats = ("%Y-%m-%d",)
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Please enter the date."),
        "invalid": _("Dates look like 2027-01-31."),
    }
    default_validators = (  # type: ignore[assignment]
        MinValueValidator(date(FIRST_YEAR, 1, 1), UNUSUAL_YEAR),
        MaxValueValidator(date(LAST_YEAR, 12, 31), UNUSUAL_YEAR),
    )


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
