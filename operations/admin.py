"""The kernel's own ledgers, to read: what happened, who pressed what, what ran, what was asked twice."""

from django.contrib import admin

from operations.attempts import Attempt
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.casefile.exports import Export
from operations.console import ReadOnlyAdmin, RecoverableAdmin, SearchKey
from operations.heartbeat import WorkerHeartbeat
from operations.history import Event
from operations.intents import Intent, Refused
from operations.jobs import JobRun, ScheduledJob
from operations.proving import Proof
from operations.repair import RecoveryAttempt


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = (
        "at",
        "subject_model",
        "subject_id",
        "transition",
        "to_status",
        "actor",
        "source",
        "reason",
    )
    list_filter = ("actor", "source")
    ordering = ("-at", "-id")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "effect_model", "effect_id", "outcome", "external_code", "text")
    ordering = ("-started_at", "-id")


@admin.register(RecoveryAttempt)
class RecoveryAttemptAdmin(ReadOnlyAdmin):
    list_display = ("at", "condition", "remedy", "subject_model", "subject_id", "result", "actor", "reason")
    list_filter = ("actor", "source")
    ordering = ("-at", "-id")


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = ("at", "subject_model", "subject_id", "variant", "user_id", "source", "reason")
    ordering = ("-at", "-id")


@admin.register(Intent)
class IntentAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "scope",
        "outcome",
        "subject_model",
        "subject_id",
        "repeats",
        "last_repeat_at",
    )
    linked_by = ("repeats__gt",)
    ordering = ("-created_at", "-id")


@admin.register(Refused)
class RefusedAdmin(ReadOnlyAdmin):
    list_display = ("at", "scope", "code", "subject_model", "subject_id")
    ordering = ("-at", "-id")


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "started_at", "finished_at", "items", "error")
    search_keys = (SearchKey("name", is_prefix=False),)
    linked_by = ("name",)
    ordering = ("-started_at", "-id")


@admin.register(ScheduledJob)
class ScheduledJobAdmin(RecoverableAdmin):
    list_display = ("title", "every_seconds", "last_success_at", "late_after", "last_error")
    ordering = ("late_after", "id")


@admin.register(Proof)
class ProofAdmin(RecoverableAdmin):
    list_display = ("started_at", "finished_at", "promises_count", "broken_count", "acknowledged_at")
    ordering = ("-id",)


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(RecoverableAdmin):
    list_display = ("worker", "pid", "beat_at", "started_at")
    ordering = ("-beat_at", "-id")


@admin.register(Campaign)
class CampaignAdmin(RecoverableAdmin):
    list_display = ("created_at", "__str__", "status", "reason", "stop_text", "begun_at", "ended_at")
    ordering = ("-created_at", "-id")


@admin.register(CampaignItem)
class CampaignItemAdmin(ReadOnlyAdmin):
    list_display = ("campaign", "position", "subject_id", "state", "reason", "outcome", "acted_at")
    ordering = ("-id",)
