"""Who is on a record: at most one person at a time, for at most one shift."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.errors import Refusal
from operations.people.about import About, AboutQuerySet, subject
from operations.transactions import require_transaction


class Ended(models.TextChoices):
    RELEASED = "released", _("given back")
    EXPIRED = "expired", _("expired")
    TAKEN_OVER = "taken_over", _("taken over")
    HANDED_OVER = "handed_over", _("handed over")


class ClaimQuerySet(AboutQuerySet["Claim"]):
    def in_force(self) -> ClaimQuerySet:
        return self.filter(ended_at__isnull=True, until__gt=timezone.now())

    def held_by(self, user_id: int) -> ClaimQuerySet:
        return self.in_force().filter(user_id=user_id)


class Claim(About):
    """ "I am on it", until the end of a shift; what has ended stays as the trace of who had it."""

    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=12, choices=Ended, blank=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject_model", "subject_id"],
                condition=Q(ended_at__isnull=True),
                name="operations_one_claim_per_record",
            ),
        )
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_model", "subject_id", "-at"], name="operations_claim_subject"),
            models.Index(
                fields=["user_id"], condition=Q(ended_at__isnull=True), name="operations_claim_holder"
            ),
            models.Index(fields=["-at"], name="operations_claim_at"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_model} {self.subject_id}: {self.user_id} until {self.until:%Y-%m-%d %H:%M}"


class Taken(Refusal):
    """Raised by `take` when somebody else is on it, and by `take_over` when it is no longer who it was."""

    code = "taken"
    message = _("Somebody else is on it meanwhile. Look who, and take it over if you have agreed on it.")


def limit(now: datetime | None = None) -> datetime:
    """The latest end of a claim that begins now."""
    return (now or timezone.now()) + timedelta(seconds=settings.HOLDFAST.claim_max_seconds)


def take(record: models.Model, user_id: int, until: datetime | None = None) -> Claim:
    """Be on it until the end of the shift, at most 12 hours; one's own claim is prolonged.

    Raises Taken when somebody else is on it. Of two at once the database lets one through.
    """
    require_transaction()
    now = timezone.now()
    end = min(until or limit(now), limit(now))
    if end <= now:
        raise Refusal(_("The end of your shift has to be in the future."))
    mine = Claim.objects.of(record).held_by(user_id)
    if mine.update(until=end):
        return mine.get()
    _end(Claim.objects.of(record).filter(until__lte=now), Ended.EXPIRED, None)
    try:
        with transaction.atomic():
            return Claim.objects.create(**subject(record), user_id=user_id, until=end, at=now)
    except IntegrityError as error:
        raise Taken from error


def take_over(record: models.Model, user_id: int, seen: int, until: datetime | None = None) -> Claim:
    """Take it from the person whose claim the page showed; raises Taken when that one has ended."""
    require_transaction()
    if not _end(Claim.objects.of(record).filter(pk=seen), Ended.TAKEN_OVER, user_id):
        raise Taken
    return take(record, user_id, until)


def release(record: models.Model, user_id: int) -> bool:
    """Give it back; says whether it was one's own."""
    require_transaction()
    return bool(_end(Claim.objects.of(record).filter(user_id=user_id), Ended.RELEASED, user_id))


def move(claims: ClaimQuerySet, user_id: int) -> int:
    """Move these claims to somebody else, for a shift of theirs; says how many were still in force."""
    require_transaction()
    held = list(claims.in_force().select_for_update(of=("self",)))
    _end(Claim.objects.filter(pk__in=[claim.pk for claim in held]), Ended.HANDED_OVER, user_id)
    now = timezone.now()
    Claim.objects.bulk_create(
        Claim(
            subject_model=claim.subject_model,
            subject_id=claim.subject_id,
            user_id=user_id,
            until=limit(now),
            at=now,
        )
        for claim in held
    )
    return len(held)


def _end(claims: ClaimQuerySet, how: Ended, by: int | None) -> int:
    return claims.filter(ended_at__isnull=True).update(ended_at=timezone.now(), ended=how, ended_by_id=by)
