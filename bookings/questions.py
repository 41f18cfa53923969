"""What a service asks its customers beside name and address, and how their answers are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.offerings import Service
from bookings.places import Location


class QuestionKind(models.TextChoices):
    LINE = "line", _("A line of text")
    PARAGRAPHS = "paragraphs", _("Several lines of text")
    CHOICE = "choice", _("One of several answers")
    CONSENT = "consent", _("Something to agree to")


class CountsVersions(pgtrigger.Trigger):
    """A question that says something else has another version: nobody has agreed to the new words yet."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def get_func(self, model: Any) -> str:  # noqa: ARG002 - the same for every model
        return """
            IF (NEW.kind, NEW.text, NEW.choices) IS DISTINCT FROM (OLD.kind, OLD.text, OLD.choices) THEN
                NEW.version := OLD.version + 1;
            ELSE
                NEW.version := OLD.version;
            END IF;
            RETURN NEW;
        """


class Question(models.Model):
    """One question on the form of a service; `choices` has an answer on each line."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="questions")
    code = models.SlugField(_("code"), max_length=60, help_text=_("Its name in exports and for programs."))
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionKind, default=QuestionKind.LINE)
    text = models.CharField(_("question"), max_length=500)
    help_text = models.CharField(_("explanation"), max_length=300, blank=True)
    choices = models.TextField(
        _("answers to choose from"), max_length=2000, blank=True, help_text=_("One on each line.")
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("asked"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["service", "code"], name="bookings_one_question_per_code"),
            models.CheckConstraint(
                condition=~Q(kind=QuestionKind.CHOICE) | ~Q(choices=""),
                name="bookings_choice_has_answers",
                violation_error_message=_("Write the answers to choose from, one on each line."),
            ),
        )
        triggers = (CountsVersions(name="version_counts_wordings"),)

    def __str__(self) -> str:
        return self.text

    @property
    def options(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]

    def clean(self) -> None:
        """No answer twice; raises ValidationError."""
        if len(set(self.options)) < len(self.options):
            raise ValidationError({"choices": _("One answer is there twice.")})


def asked(service: Service) -> list[Question]:
    """The questions of a service's form, in its order; one query."""
    return list(Question.objects.filter(service=service, is_active=True))


def ever_asked(service: Service) -> list[Question]:
    """Those too that are not asked any more; one query."""
    return list(Question.objects.filter(service=service))


def by_service(location: Location) -> Mapping[int, list[Question]]:
    """The questions of all services of a place, by the service's id; one query."""
    found: dict[int, list[Question]] = defaultdict(list)
    for question in Question.objects.filter(service__location=location, is_active=True):
        found[question.service_id].append(question)
    return found


def as_kept(service: Service, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with the words and the version that were asked, whatever becomes of the question.

    What answers no question (programs may send it) is kept as it is; empty answers to questions are not.
    """
    if not answers:
        return {}
    known = {question.code: question for question in asked(service)}
    return {
        code: _kept(known[code], answer) if code in known else answer
        for code, answer in answers.items()
        if code not in known or answer not in ("", None)
    }


def not_asked_yet(service: Service, kept: Mapping[str, Any]) -> list[Question]:
    """What must be answered and is not; staff may leave it open during a call. One query."""
    return [each for each in asked(service) if each.is_required and each.code not in kept]


def spoken(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Question and answer in words, in the order asked; the mark of a rehearsal answers nothing."""
    told = []
    for code, kept in sorted(answers.items(), key=_position):
        if not isinstance(kept, Mapping):
            told.append((code, str(kept)))
        elif "question" not in kept:
            continue
        elif kept.get("kind") == QuestionKind.CONSENT:
            told.append((str(kept["question"]), str(_("agreed"))))
        else:
            told.append((str(kept["question"]), str(kept["answer"])))
    return told


def _position(item: tuple[str, Any]) -> int:
    """The database keeps no order within what is answered."""
    kept = item[1]
    return int(kept.get("position", 0)) if isinstance(kept, Mapping) else 0


def _kept(question: Question, answer: Any) -> dict[str, Any]:
    return {
        "question": question.text,
        "kind": question.kind,
        "version": question.version,
        "position": question.position,
        "answer": answer,
    }
