"""Lets anything that people say be about any record, by its model and id, as events are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

M = TypeVar("M", bound=models.Model)


class AboutQuerySet(QuerySet[M]):
    def of(self, record: models.Model) -> Self:
        return self.filter(subject_model=record._meta.label_lower, subject_id=record.pk)

    def of_any(self, records: Iterable[models.Model]) -> Self:
        """What was said about any of the records; a superset when they are of several models."""
        listed = list(records)
        return self.filter(
            subject_model__in={record._meta.label_lower for record in listed},
            subject_id__in={record.pk for record in listed},
        )

    def on(self, model: type[models.Model]) -> Exists:
        """Whether any of these is about the row of an outer query over `model`."""
        return Exists(self.filter(subject_model=model._meta.label_lower, subject_id=OuterRef("pk")))


class About(models.Model):
    """Said by one person about one record; both are kept by id, as in the history."""

    subject_model = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    @property
    def key(self) -> tuple[str, int]:
        return self.subject_model, self.subject_id


def key(record: models.Model) -> tuple[str, int]:
    """How a record is named in what is said about it."""
    return record._meta.label_lower, record.pk


def subject(record: models.Model) -> dict[str, Any]:
    """The fields that make something be about the record."""
    return {"subject_model": record._meta.label_lower, "subject_id": record.pk}
