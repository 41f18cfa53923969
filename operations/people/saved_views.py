"""Lists as somebody narrowed them, kept under a name for that person alone."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.errors import Refusal
from operations.people.notes import kept
from operations.transactions import use_case

NAME_LENGTH = 60
QUERY_LENGTH = 2000
MOST = 30


class SavedView(models.Model):
    """A condition's list with the query that narrows it."""

    user_id = models.BigIntegerField()
    condition = models.CharField(max_length=60)
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user_id", "condition", "name"], name="operations_one_view_per_name"
            ),
        )

    def __str__(self) -> str:
        return self.name


def of(user_id: int, condition: str) -> QuerySet[SavedView]:
    """This person's views of a condition, by name."""
    return SavedView.objects.filter(user_id=user_id, condition=condition).order_by("name")


@use_case
def keep(user_id: int, condition: str, name: str, query: str) -> None:
    """Keep a view; the same name again replaces it. Raises Refusal without a name, or when there are many."""
    name = kept(name, NAME_LENGTH)
    others = SavedView.objects.filter(user_id=user_id).exclude(condition=condition, name=name)
    if others.count() >= MOST:
        raise Refusal(_("You keep as many views as there can be. Forget one first."))
    SavedView.objects.update_or_create(
        user_id=user_id, condition=condition, name=name, defaults={"query": query, "at": timezone.now()}
    )


def drop(user_id: int, pk: int) -> None:
    """Forget a view of this person's; nothing happens when it is gone or somebody else's."""
    SavedView.objects.filter(user_id=user_id, pk=pk).delete()
