"""The append-only record of everything that happened to a record, and who did it."""

import json
import uuid
from dataclasses import dataclass, field

import pgtrigger
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Actor(models.TextChoices):
    CUSTOMER = "customer"
    STAFF = "staff"
    WORKER = "worker"
    SCHEDULE = "schedule"
    PARTNER = "partner"


class Source(models.TextChoices):
    WEB = "web"
    DESK = "desk"
    API = "api"
    WEBHOOK = "webhook"
    QUEUE = "queue"
    SCHEDULE = "schedule"
    COMMAND = "command"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Who does something, through which door and why; `id` ties together what one act changed."""

    actor: Actor
    source: Source
    reason: str = ""
    request_id: uuid.UUID | None = None
    user_id: int | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


# Whatever a workflow calls by one of these names is a state in which a record is stuck or at a loss.
TROUBLE = ("bounced", "dead", "failed", "held", "unknown")
WENT_WRONG = Q(to_status__in=TROUBLE) & ~Q(from_status__in=TROUBLE)
CAME_RIGHT = Q(from_status__in=TROUBLE) & ~Q(to_status__in=TROUBLE)

WORKER = Operation(actor=Actor.WORKER, source=Source.QUEUE)


class AppendOnly(pgtrigger.Trigger):
    """Refuses every change of a row that is there, but for taking a person's words out of it.

    That takes a transaction which says so (`holdfast.erasing`), and can only remove: the reason becomes
    empty, the details become fewer, and nothing else moves.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        IF TG_OP = 'UPDATE' AND current_setting('holdfast.erasing', true) = 'on'
            AND NEW.reason IN ('', OLD.reason) AND NEW.details <@ OLD.details
            AND to_jsonb(NEW) - '{reason,details}'::text[] = to_jsonb(OLD) - '{reason,details}'::text[]
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'Cannot update or delete rows from % table', TG_TABLE_NAME;
    """


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, record: models.Model) -> "EventQuerySet":
        return self.filter(subject_model=record._meta.label_lower, subject_id=record.pk).order_by("sequence")

    def went_wrong(self) -> "EventQuerySet":
        """Where a record got into trouble."""
        return self.filter(WENT_WRONG)

    def came_right(self) -> "EventQuerySet":
        """Where it got out of it."""
        return self.filter(CAME_RIGHT)


class Event(models.Model):
    """One change of one record; `sequence` is the version that the change produced."""

    subject_model = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    transition = models.CharField(max_length=40)
    actor = models.CharField(max_length=12, choices=Actor)
    source = models.CharField(max_length=12, choices=Source)
    user_id = models.BigIntegerField(null=True, blank=True)
    operation_id = models.UUIDField()
    reason = models.TextField(blank=True)
    request_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("event"), _("events")
        constraints = (
            models.UniqueConstraint(
                fields=["subject_model", "subject_id", "sequence"], name="operations_one_event_per_version"
            ),
        )
        indexes = (
            models.Index(fields=["-at"], name="operations_event_at"),
            models.Index(fields=["operation_id"], name="operations_event_operation"),
            models.Index(fields=["-at"], condition=models.Q(actor="staff"), name="operations_event_staff"),
            models.Index(fields=["at", "id"], condition=WENT_WRONG, name="operations_event_wrong"),
            models.Index(fields=["at", "id"], condition=CAME_RIGHT, name="operations_event_right"),
        )
        triggers = (AppendOnly(name="append_only"),)

    def __str__(self) -> str:
        return f"{self.subject_model} {self.subject_id}: {self.transition}"

    def insert(self) -> None:
        """Save a new event by one prepared statement: every change of every record passes here."""
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [json.dumps(self.details), *(getattr(self, name) for name in _COLUMNS)])
            self.pk = cursor.fetchone()[0]
        self._state.adding = False


_COLUMNS = (
    "subject_model",
    "subject_id",
    "sequence",
    "from_status",
    "to_status",
    "transition",
    "actor",
    "source",
    "user_id",
    "operation_id",
    "reason",
    "request_id",
    "at",
)
_INSERT = f"""INSERT INTO operations_event (details, {", ".join(_COLUMNS)})
    VALUES (%s{", %s" * len(_COLUMNS)}) RETURNING id"""  # noqa: S608 - column names of our own
