"""Tells operators, by routes that need neither the queue's outbox nor its channels, what needs a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from operations import alert_routes, recovery
from operations.attempts import Attempt
from operations.incidents import Incident
from operations.recovery import Condition, Urgency
from operations.transactions import require_transaction, use_case

log = structlog.get_logger("holdfast.alerts")
JOB = "alerts"
LIMIT_SECONDS = 120  # of one turn; should whoever took it die, the next may begin then
RUNBOOKS = "docs/runbooks"
INCIDENT_RUNBOOK = f"{RUNBOOKS}/incident.md"
REARM_AFTER = timedelta(minutes=5)  # quiet for so long: it is over, and the next time is told again
TRY_AGAIN_AFTER = timedelta(minutes=2)
LOOKED_BACK = timedelta(hours=1)
KEEP_DAYS = 90


@dataclass(frozen=True)
class Cause:
    """Something that needs a person: a condition with overdue records, or an incident that goes on."""

    key: str
    title: str
    page: str
    runbook: str


class AlertQuerySet(models.QuerySet["Alert"]):
    def active(self) -> AlertQuerySet:
        return self.filter(recovered_at__isnull=True)

    def untold(self) -> AlertQuerySet:
        """Those that some route has not taken yet; once somebody has seen it, no route is tried again."""
        unseen = self.active().filter(acknowledged_at__isnull=True)
        return unseen.filter(told_at__isnull=True, next_at__lte=timezone.now())


class Alert(models.Model):
    """One cause from when it began until it was quiet; told once, on every route that is set up."""

    key = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    page = models.CharField(max_length=200)
    runbook = models.CharField(max_length=120)
    raised_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)
    told_by = models.JSONField(default=list)
    next_at = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True)
    recovered_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by_id = models.BigIntegerField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["-raised_at"], name="operations_alert_raised"),)
        constraints = (
            models.UniqueConstraint(
                fields=["key"], condition=Q(recovered_at__isnull=True), name="operations_one_alert_per_cause"
            ),
        )

    def __str__(self) -> str:
        return self.title


def run() -> int:
    """Look, then tell: how many alerts were told. The looking is one transaction, the telling is in none."""
    look()
    told = 0
    for alert in Alert.objects.untold().order_by("raised_at"):
        if _claim(alert):
            told += _tell(alert)
    return told


@use_case
def look() -> None:
    """Raise an alert for each cause that has none, and end those that have been quiet for a while."""
    now = timezone.now()
    for cause in causes():
        _raise(cause)
    over = Alert.objects.active().filter(seen_at__lt=now - REARM_AFTER)
    for key in list(over.values_list("key", flat=True)):
        log.info("alert over", alert=key)
    over.update(recovered_at=now)
    Alert.objects.filter(recovered_at__lt=now - timedelta(days=KEEP_DAYS)).delete()


def acknowledge(alert: Alert, user_id: int) -> bool:
    """Somebody looks into it; False when somebody had said so before. Must be part of a transaction."""
    require_transaction()
    unseen = Alert.objects.filter(pk=alert.pk, acknowledged_at__isnull=True)
    return bool(unseen.update(acknowledged_at=timezone.now(), acknowledged_by_id=user_id))


def causes() -> list[Cause]:
    """Everything that needs a person now."""
    return [*_conditions(), *_incidents()]


def is_alarming(condition: Condition) -> bool:
    """Whether some record of it is overdue for a person, or is there at all where that is the same."""
    if condition.needs_person_at is None:
        return condition.urgency == Urgency.NEEDS_PERSON and condition.records().exists()
    return condition.overdue(condition.records()).exists()


def runbook(code: str) -> str:
    """What to do about a condition, within the project."""
    return f"{RUNBOOKS}/{code}.md"


def _conditions() -> Iterable[Cause]:
    for code, condition in recovery.conditions().items():
        if is_alarming(condition):
            page = reverse("admin:desk_condition", args=[code])
            yield Cause(code, str(condition.title), page, runbook(code))


def _incidents() -> Iterable[Cause]:
    """Kinds of failure that nobody owns and that happened often of late."""
    since, many = timezone.now() - LOOKED_BACK, settings.HOLDFAST.alert_incident_failures_count
    recent = Incident.objects.open().filter(owner_id__isnull=True, seen_at__gt=since)
    for incident in recent:
        failed = Attempt.objects.filter(fingerprint=incident.fingerprint, failed_at__gt=since)
        if failed.order_by()[:many].count() >= many:
            page = reverse("admin:desk_incident", args=[incident.pk])
            yield Cause(f"incident:{incident.fingerprint}", incident.title[:300], page, INCIDENT_RUNBOOK)


def _raise(cause: Cause) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO operations_alert
                   (key, title, page, runbook, raised_at, seen_at, told_by, next_at, error)
               VALUES (%s, %s, %s, %s, now(), now(), '[]', now(), '')
               ON CONFLICT (key) WHERE recovered_at IS NULL DO UPDATE SET seen_at = EXCLUDED.seen_at""",
            [cause.key, cause.title, cause.page, cause.runbook],
        )


def _claim(alert: Alert) -> bool:
    """Take the telling of it; should we die, somebody else may tell it when the time is over."""
    mine = Alert.objects.untold().filter(pk=alert.pk)
    return bool(mine.update(next_at=timezone.now() + TRY_AGAIN_AFTER))


def _tell(alert: Alert) -> bool:
    """On each route once; a route that fails is tried again and holds up no other."""
    errors = []
    for name, send in alert_routes.routes().items():
        if name in alert.told_by:
            continue
        try:
            send(alert)
        except Exception as error:
            errors.append(f"{name}: {type(error).__name__}: {error}")
            log.warning("an alert could not be told", alert=alert.key, route=name, error=str(error))
        else:
            alert.told_by.append(name)
    told_at = None if errors else timezone.now()
    Alert.objects.filter(pk=alert.pk).update(
        told_by=alert.told_by, told_at=told_at, error="\n".join(errors), seen_at=F("seen_at")
    )
    return not errors
