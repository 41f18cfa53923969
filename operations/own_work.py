"""The kernel's own jobs: the sweep, and forgetting what nobody will ask for."""

from django.conf import settings

from operations import heartbeat, jobs, sweeps
from operations.queue import schedules
from operations.work import Job, register


def prune() -> int:
    """Forget old runs of jobs, workers long gone, and django-q2's records of failures."""
    return jobs.prune() + heartbeat.prune() + schedules.prune()


register(
    Job(
        name=sweeps.SWEEP,
        title="Treat what is due and wake what sleeps",
        run=sweeps.sweep,
        every_seconds=settings.HOLDFAST.sweep_every_seconds,
    ),
    Job(
        name="prune",
        title="Forget old records of the machinery",
        run=prune,
        every_seconds=86_400,
        at_hour=2,
        limit_seconds=600,
    ),
)
