"""Failures of one kind told as one thing: whom it hit, since when, and who looks after it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from operations import fingerprints, heartbeat
from operations.attempts import OUTCOMES, Attempt
from operations.errors import Refusal, StaleRecord, in_words
from operations.transactions import require_transaction
from operations.workflow import Workflow

FAILED = frozenset({"transient", "throttled", "permanent", "configuration", "unknown", "bug", "interrupted"})
MARK_EVERY = timedelta(minutes=1)
TEXT_LENGTH = 2000


_names: dict[str, str | Promise] = {}
_meanings: list[Callable[[Incident], str]] = []


def call(names: Mapping[str, str | Promise]) -> None:
    """Say what the channels and the works of an app are called where their failures are told."""
    _names.update(names)


def explain(rule: Callable[[Incident], str]) -> None:
    """Have the app say what a failure means where it knows better than its class does; "" where not."""
    _meanings.append(rule)


class ReturnedMeanwhile(StaleRecord):
    """Raised by `close` when it has happened again since the page was shown."""

    message = "It has happened again since you opened the page. Look at what is new, then close it."


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        """Those that nobody closed, and those that have come back since.

        Whether one has come back is read from the attempts themselves, so that no failure can be hidden
        by a closing, not even one that is recorded at the same moment.
        """
        later = Attempt.objects.filter(
            fingerprint=OuterRef("fingerprint"), failed_at__gt=OuterRef("closed_up_to")
        )
        return self.filter(Q(closed_up_to__isnull=True) | Exists(later))

    def closed(self) -> IncidentQuerySet:
        return self.exclude(pk__in=self.open().values("pk"))


class Incident(models.Model):
    """One kind of failure; the failures themselves are the attempts that bear its fingerprint.

    `seen_at` is right to a minute: it orders the list, and is written so rarely that workers failing by
    the thousand do not wait for each other. `closed_up_to` is the last failure that the one who closed
    it had seen.
    """

    fingerprint = models.CharField(max_length=16)
    effect_model = models.CharField(max_length=60)
    failure_class = models.CharField(max_length=20)
    channel = models.CharField(max_length=40)
    code = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=200, blank=True)
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    owner_id = models.BigIntegerField(null=True, blank=True)
    closed_up_to = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_id = models.BigIntegerField(null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["fingerprint"], name="operations_one_incident_per_fingerprint"),
        )
        indexes = (models.Index(fields=["-seen_at"], name="operations_incident_seen"),)

    def __str__(self) -> str:
        return " ".join(part for part in (self.channel, self.failure_class, self.code, self.text) if part)

    @property
    def title(self) -> str:
        """What fails and what that means, in the reader's language; what names a person was never kept."""
        where = _names.get(self.channel) or _names.get(self.channel.partition(":")[0]) or self.channel
        meanings = (rule(self) for rule in _meanings)
        what = next(filter(None, meanings), "") or _(OUTCOMES.get(self.failure_class, self.failure_class))
        said = _("%(where)s: %(what)s") % {"where": where, "what": what}
        return f"{said} ({self.code})" if self.code else said

    @property
    def model(self) -> type[Any]:
        return apps.get_model(self.effect_model)


def note(record: Workflow, where: str, error: Exception) -> None:
    """Keep that our own work on a record failed, so that failures alike are one incident.

    `where` stands in place of a channel: the name of the work. Nobody outside was asked, so there is no
    lease; the attempt is over when it is written.
    """
    text, now = in_words(error), timezone.now()
    Attempt.objects.create(
        effect_model=record._meta.label_lower,
        effect_id=record.pk,
        lease_token=uuid.uuid4(),
        worker=heartbeat.worker_id(),
        started_at=now,
        finished_at=now,
        outcome="bug",
        text=text[:TEXT_LENGTH],
        fingerprint=meet(record, where, "bug", "", text),
        failed_at=now,
    )


def meet(record: Workflow, channel: str, failure_class: str, code: str, text: str) -> str:
    """The fingerprint of a failure that is being recorded; a new kind becomes an incident.

    One statement. It waits for nobody: an incident that is known is written at most once a minute, and
    not at all while somebody else is writing it.
    """
    require_transaction()
    label, kept = record._meta.label_lower, fingerprints.normalised(text)
    short = fingerprints.normalised_code(code)
    mark = fingerprints.of(label, failure_class, channel, short, kept)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _MEET,
            {
                "fingerprint": mark,
                "model": label,
                "class": failure_class,
                "channel": channel,
                "code": short,
                "text": kept,
                "now": now,
                "before": now - MARK_EVERY,
            },
        )
    return mark


def close(incident: Incident, user_id: int, shown_up_to: datetime | None) -> None:
    """Close it up to its last failure; raises ReturnedMeanwhile when the page did not show that one."""
    require_transaction()
    locked = Incident.objects.select_for_update().get(pk=incident.pk)
    last = last_failure(locked)
    if last is not None and (shown_up_to is None or last > shown_up_to):
        raise ReturnedMeanwhile
    up_to = last or timezone.now()
    if locked.closed_up_to is not None and locked.closed_up_to >= up_to:
        raise Refusal("It is closed already.")
    Incident.objects.filter(pk=locked.pk).update(
        closed_up_to=up_to, closed_at=timezone.now(), closed_by_id=user_id
    )


def own(incident: Incident, user_id: int | None) -> None:
    """Say who looks after it; None: nobody any more."""
    Incident.objects.filter(pk=incident.pk).update(owner_id=user_id)


def last_failure(incident: Incident) -> datetime | None:
    """When it happened last."""
    failures = Attempt.objects.filter(fingerprint=incident.fingerprint)
    return failures.order_by("-failed_at").values_list("failed_at", flat=True).first()


def is_open(incident: Incident) -> bool:
    return Incident.objects.open().filter(pk=incident.pk).exists()


# A plain SELECT first: ON CONFLICT would lock the row, and every failing worker would wait for the others.
_MEET = """
    WITH known AS (
        SELECT id, seen_at, closed_up_to FROM operations_incident WHERE fingerprint = %(fingerprint)s
    ), born AS (
        INSERT INTO operations_incident
            (fingerprint, effect_model, failure_class, channel, code, text, first_at, seen_at)
        SELECT %(fingerprint)s, %(model)s, %(class)s, %(channel)s, %(code)s, %(text)s, %(now)s, %(now)s
        WHERE NOT EXISTS (SELECT FROM known)
        ON CONFLICT (fingerprint) DO NOTHING
    )
    UPDATE operations_incident SET seen_at = %(now)s WHERE id IN (
        SELECT id FROM operations_incident WHERE fingerprint = %(fingerprint)s
            AND (seen_at < %(before)s OR closed_up_to >= seen_at)
        FOR UPDATE SKIP LOCKED
    )"""
