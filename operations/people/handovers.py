"""One shift hands its open matters to the next: written by who goes, taken over by who comes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.errors import Refusal
from operations.people import claims
from operations.people.claims import Claim
from operations.transactions import require_transaction

ANSWER_LENGTH = 2000
ANSWERS = ("unusual", "watch", "promised")


class HandOver(models.Model):
    """What one person left behind at the end of a shift; `listed` are the records they were on then."""

    user_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    unusual = models.TextField(blank=True)
    watch = models.TextField(blank=True)
    promised = models.TextField(blank=True)
    listed = models.JSONField(default=list)
    taken_at = models.DateTimeField(null=True)
    taken_by_id = models.BigIntegerField(null=True)
    moved_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=["-at"], name="operations_handover_at"),
            models.Index(fields=["-at"], condition=Q(taken_at__isnull=True), name="operations_handover_open"),
        )

    def __str__(self) -> str:
        return f"hand-over of {self.at:%Y-%m-%d %H:%M}"


class AlreadyTaken(Refusal):
    """Raised by `take` when somebody else was faster."""

    code = "already_taken"
    message = _("Somebody has taken this over already.")


def leave(user_id: int, answers: Mapping[str, str]) -> HandOver:
    """Hand over: the three answers and what was open as this person leaves.

    The claims stay with them until somebody takes over or they expire: nothing is nobody's in between.
    A hand-over of theirs that nobody has taken yet is replaced.
    """
    require_transaction()
    said = {name: _kept(answers.get(name, "")) for name in ANSWERS}
    open_one = HandOver.objects.select_for_update().filter(user_id=user_id, taken_at__isnull=True).first()
    left = open_one or HandOver(user_id=user_id)
    left.unusual, left.watch, left.promised = said["unusual"], said["watch"], said["promised"]
    held = Claim.objects.held_by(user_id).order_by("until")
    left.listed = [list(key) for key in held.values_list("subject_model", "subject_id")]
    left.at = timezone.now()
    left.save()
    return left


def take(left: HandOver, user_id: int) -> int:
    """Take over: every claim that the other person left and still holds becomes one's own; says how many.

    Raises AlreadyTaken, and Refusal for one's own.
    """
    require_transaction()
    locked = HandOver.objects.select_for_update().get(pk=left.pk)
    if locked.taken_at is not None:
        raise AlreadyTaken
    if locked.user_id == user_id:
        raise Refusal(_("This is your own hand-over: it waits for somebody else."))
    left_behind = Claim.objects.held_by(locked.user_id).filter(at__lte=locked.at)
    moved = claims.move(left_behind, user_id)
    HandOver.objects.filter(pk=locked.pk).update(
        taken_at=timezone.now(), taken_by_id=user_id, moved_count=moved
    )
    return moved


def _kept(answer: str) -> str:
    answer = answer.strip().replace("\r\n", "\n").replace("\x00", "")
    if len(answer) > ANSWER_LENGTH:
        raise Refusal(_("The text is too long: it takes %(count)s characters.") % {"count": ANSWER_LENGTH})
    return answer
