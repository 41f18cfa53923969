"""Checks every promise over the whole database and keeps what was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import structlog
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations import heartbeat
from operations.promises import Breach, Promise, promises

log = structlog.get_logger("holdfast.proof")
JOB = "prove"
LIMIT_SECONDS = 3600
MOST_BREACHES = 1000  # of one promise: who finds more has one fault, not a thousand


class ProofQuerySet(models.QuerySet["Proof"]):
    def open(self) -> ProofQuerySet:
        """The newest proof, if it found something that nobody has looked into."""
        newest = Proof.objects.order_by("-pk").values("pk")[:1]
        return self.filter(pk__in=newest, broken_count__gt=0, acknowledged_at__isnull=True)


class Proof(models.Model):
    """One check of all promises; `findings` lists what was broken, by promise."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    promises_count = models.PositiveIntegerField(default=0)
    broken_count = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)
    acknowledged_at = models.DateTimeField(null=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("proof"), _("proofs")

    def __str__(self) -> str:
        return f"{self.kept_count} of {self.promises_count} promises kept"

    @property
    def kept_count(self) -> int:
        return self.promises_count - self.broken_count


def prove() -> Proof:
    """Check every promise on a snapshot of its own and keep the result."""
    proof = Proof.objects.create()
    findings = [_check(promise) for promise in promises().values()]
    proof.findings = [finding for finding in findings if finding["broken"]]
    proof.promises_count, proof.broken_count = len(findings), len(proof.findings)
    proof.finished_at = timezone.now()
    proof.save()
    if proof.broken_count:
        log.error("promises are broken", codes=[finding["code"] for finding in proof.findings])
    return proof


def run() -> int:
    """The nightly job: how many promises were found broken."""
    return prove().broken_count


def prune(before: datetime) -> int:
    """Forget old proofs, but never the newest one."""
    newest = Proof.objects.order_by("-pk").values("pk")[:1]
    return Proof.objects.filter(started_at__lt=before).exclude(pk__in=newest).delete()[0]


def _check(promise: Promise) -> dict[str, Any]:
    heartbeat.beat(silent_for_seconds=LIMIT_SECONDS)
    try:
        with _snapshot():
            found = list(islice(promise.breaches(), MOST_BREACHES))
    except Exception as error:
        log.exception("a promise cannot be checked", promise=promise.code)
        found = [Breach(promise.code, f"cannot be checked: {type(error).__name__}: {error}")]
    broken = [{"record": breach.record, "text": breach.text} for breach in found]
    return {"code": promise.code, "title": str(promise.title), "broken": broken}


@contextmanager
def _snapshot() -> Iterator[None]:
    """Let all statements of a check see one moment, however busy the rest of the house is."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
