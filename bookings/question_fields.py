"""Puts the questions of a service onto its booking form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.questions import Question, QuestionKind
from bookings.typed_fields import Line, Paragraphs

PREFIX = "answer-"
LONGEST_LINE, LONGEST_TEXT = 200, 2000
NOT_RESTORED = {"autocomplete": "off"}  # browsers restore the number of an answer, which may have moved


class Agreement(forms.CheckboxInput):
    """A box whose value is the version of what is agreed to."""

    def __init__(self, version: int) -> None:
        self.version = str(version)
        super().__init__(NOT_RESTORED, check_test=lambda value: str(value) == self.version)

    def format_value(self, value: Any) -> str:  # noqa: ARG002 - ticked or not, it stands for this version
        return self.version

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:  # noqa: ARG002 - Django's
        return str(data.get(name) or "")


class Consent(forms.CharField):
    """Agreement to one version of a text; that of an earlier one is asked for again."""

    widget: Agreement

    def validate(self, value: str) -> None:
        super().validate(value)
        if value not in ("", self.widget.version):
            raise ValidationError(_("These words have changed meanwhile. Please read them again."))


def fields(questions: list[Question]) -> dict[str, forms.Field]:
    """A form field for each question, by name."""
    return {f"{PREFIX}{question.code}": _field(question) for question in questions}


def as_sent(questions: list[Question]) -> dict[str, forms.Field]:
    """The same fields, which take whatever was answered when the questions said something else."""
    return {
        f"{PREFIX}{question.code}": Paragraphs(label=question.text, required=False) for question in questions
    }


def answers(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Takes the answers out of a form's cleaned data, by the questions' codes; without the empty ones."""
    names = [name for name in cleaned if name.startswith(PREFIX)]
    given = {name.removeprefix(PREFIX): cleaned.pop(name) for name in names}
    return {code: answer for code, answer in given.items() if answer}


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.text,
        "help_text": question.help_text,
        "required": question.is_required,
    }
    errors = {"required": _("Please answer this."), "max_length": _("Please shorten this answer.")}
    match question.kind:
        case QuestionKind.CHOICE:
            options = [("", _("Please choose")), *((each, each) for each in question.options)]
            errors |= {"invalid_choice": _("Please choose one of the answers.")}
            widget = forms.Select(NOT_RESTORED)
            return forms.ChoiceField(choices=options, widget=widget, error_messages=errors, **common)
        case QuestionKind.CONSENT:
            errors |= {"required": _("Without your agreement this cannot be booked.")}
            return Consent(widget=Agreement(question.version), error_messages=errors, **common)
        case QuestionKind.PARAGRAPHS:
            area = forms.Textarea({"rows": 3})
            return Paragraphs(max_length=LONGEST_TEXT, widget=area, error_messages=errors, **common)
    return Line(max_length=LONGEST_LINE, error_messages=errors, **common)
