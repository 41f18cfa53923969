"""The kernel's own tables, each defined beside the code that owns it."""

from operations.attempts import Attempt
from operations.heartbeat import WorkerHeartbeat
from operations.history import Event
from operations.intents import Intent, Refused
from operations.jobs import JobRun, ScheduledJob
from operations.proving import Proof
from operations.repair import RecoveryAttempt

__all__ = [
    "Attempt",
    "Event",
    "Intent",
    "JobRun",
    "Proof",
    "RecoveryAttempt",
    "Refused",
    "ScheduledJob",
    "WorkerHeartbeat",
]
