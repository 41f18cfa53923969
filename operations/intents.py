"""What somebody asked for, claimed exactly once, so that asking again is always safe."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import OperationalError, connection, models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import errors

from operations.errors import Busy, Refusal
from operations.transactions import require_transaction

FINGERPRINT_VERSION = "1"
SALT = "holdfast.request"


class RequestRefused(Refusal):
    """Raised by `read` for a request id that we did not issue."""

    code = "bad_request_id"
    message = _("This form has lost its number. Please check what you entered and send it again.")


class RequestExpired(Refusal):
    """Raised by `claim` for an old, never used request id: the person confirms once more."""

    code = "expired_request_id"
    message = _("This form was opened more than a day ago. Please check it and send it again.")


class InFlight(Busy):
    """Raised by `claim` when the same key is still being recorded by another request."""

    code = "in_flight"
    message = _("We are still working on this very request.")


class KeyReused(Refusal):
    """Raised by `claim` when the same key comes with another payload; `intent` is the first one."""

    code = "key_reused"
    message = _("This form was already sent with other details.")

    def __init__(self, intent: Intent) -> None:
        self.intent = intent
        super().__init__()


class Intent(models.Model):
    """One request id that won; it exists exactly when what was asked has been recorded."""

    scope = models.CharField(max_length=100)
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=70)
    subject_model = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    repeats = models.PositiveIntegerField(default=0)
    last_repeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("request"), _("requests")
        constraints = (
            models.UniqueConstraint(fields=["scope", "key"], name="operations_one_intent_per_key"),
        )
        indexes = (
            models.Index(fields=["subject_model", "subject_id"], name="operations_intent_subject"),
            models.Index(fields=["created_at"], name="operations_intent_created"),
            models.Index(
                fields=["created_at"], condition=models.Q(repeats__gt=0), name="operations_intent_repeated"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"

    def settle(self, subject: models.Model, outcome: str) -> None:
        """Note what became of it, once, in the transaction that claimed it."""
        self.subject_model, self.subject_id, self.outcome = subject._meta.label_lower, subject.pk, outcome
        self.save(update_fields=["subject_model", "subject_id", "outcome"])

    def locked(self) -> Intent:
        """The same as it is once nobody else repeats it: everybody locks a request before its record."""
        return Intent.objects.select_for_update().get(pk=self.pk)

    def stands_for(self, payload: Mapping[str, Any]) -> bool:
        """Whether this is what was asked for."""
        return self.fingerprint == fingerprint(payload)

    def restate(self, payload: Mapping[str, Any]) -> None:
        """Let the request stand for another payload while nothing was promised for the first."""
        self.fingerprint = fingerprint(payload)
        self.save(update_fields=["fingerprint"])


class Refused(models.Model):
    """A request that a rule refused, kept so that the refusal can be explained later."""

    scope = models.CharField(max_length=100)
    key = models.UUIDField()
    code = models.CharField(max_length=40)
    subject_model = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("refused request"), _("refused requests")
        indexes = (
            models.Index(fields=["-at"], name="operations_refused_at"),
            models.Index(fields=["key"], name="operations_refused_key"),
            models.Index(fields=["subject_model", "subject_id"], name="operations_refused_subject"),
        )

    def __str__(self) -> str:
        return f"{self.scope} {self.key}: {self.code}"


@dataclass(frozen=True)
class Request:
    """A request id within the scope of one operation; without `issued_at` it never grows old."""

    scope: str
    key: uuid.UUID
    issued_at: datetime | None = None

    @property
    def is_expired(self) -> bool:
        limit = timedelta(seconds=settings.HOLDFAST.request_id_max_age_seconds)
        return self.issued_at is not None and timezone.now() - self.issued_at > limit


@dataclass(frozen=True)
class Claim:
    """The answer to a claim: `won` once per key, afterwards always the first winner's intent."""

    intent: Intent
    won: bool


def issue(key: uuid.UUID | None = None) -> str:
    """A signed request id for a form; its age is read from the token itself."""
    return signing.TimestampSigner(salt=SALT).sign(str(key or uuid.uuid4()))


def read(token: str, scope: str) -> Request:
    """The request behind a form's token; raises RequestRefused when we did not issue it."""
    signer = signing.TimestampSigner(salt=SALT)
    try:
        key = uuid.UUID(signer.unsign(token))
        seconds = signing.b62_decode(token.rsplit(signer.sep, 2)[1])
    except (signing.BadSignature, ValueError) as error:
        raise RequestRefused from error
    return Request(scope, key, datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone()))


def fingerprint(payload: Mapping[str, Any]) -> str:
    """sha256 of the canonical JSON of a cleaned payload: keys sorted, text trimmed, times in UTC."""
    canonical = json.dumps(_canonical(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{FINGERPRINT_VERSION}:{hashlib.sha256(canonical.encode()).hexdigest()}"


def claim(request: Request, payload: Mapping[str, Any], outcome: str = "") -> Claim:
    """Claim the key for this payload in the caller's transaction, or find who did.

    `outcome` says what will have become of it if the caller commits, unless the caller settles it.
    Waits for a claim still in flight, and raises InFlight when the wait was too long. Raises KeyReused
    for another payload and RequestExpired for a key too old to be claimed.
    """
    require_transaction()
    mark = fingerprint(payload)
    if not request.is_expired and (intent := _insert(request, mark, outcome)):
        return Claim(intent, won=True)
    intent = find(request)
    if intent is None:
        raise RequestExpired
    if intent.fingerprint != mark:
        raise KeyReused(intent)
    _count_repeat(intent)
    return Claim(intent, won=False)


def find(request: Request) -> Intent | None:
    """The intent that won this key, if any."""
    return Intent.objects.filter(scope=request.scope, key=request.key).first()


def record_refusal(request: Request, code: str, subject: models.Model | None = None, **details: Any) -> None:
    """Keep why a request was refused; called after its transaction was rolled back."""
    Refused.objects.create(
        scope=request.scope,
        key=request.key,
        code=code,
        subject_model=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        details=details,
    )


def _insert(request: Request, mark: str, outcome: str) -> Intent | None:
    intent = Intent(scope=request.scope, key=request.key, fingerprint=mark, outcome=outcome)
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                """INSERT INTO operations_intent
                       (scope, key, fingerprint, subject_model, outcome, repeats, created_at)
                   VALUES (%s, %s, %s, '', %s, 0, %s) ON CONFLICT DO NOTHING RETURNING id""",
                [intent.scope, intent.key, intent.fingerprint, intent.outcome, intent.created_at],
            )
        except OperationalError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable):
                raise InFlight from error
            raise
        row = cursor.fetchone()
    if row is None:
        return None
    intent.pk, intent._state.adding = row[0], False
    return intent


def _count_repeat(intent: Intent) -> None:
    Intent.objects.filter(pk=intent.pk).update(repeats=F("repeats") + 1, last_repeat_at=timezone.now())


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _canonical(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(entry) for entry in value]
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).isoformat()
    return value.strip() if isinstance(value, str) else value
