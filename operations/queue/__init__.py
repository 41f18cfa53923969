"""The door to the queue, the one place that knows django-q2: wake-ups may be lost, doubled or late."""

from operations.queue.running import run, run_job
from operations.queue.schedules import reconcile_schedules
from operations.queue.waking import hurry, hurry_now, wake, wake_due, wake_now
from operations.work import Job, Work, register

__all__ = [
    "Job",
    "Work",
    "hurry",
    "hurry_now",
    "reconcile_schedules",
    "register",
    "run",
    "run_job",
    "wake",
    "wake_due",
    "wake_now",
]
