"""The kernel's own jobs: the sweep, and forgetting what nobody will ask for."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from operations import alerts, heartbeat, jobs, proving, sweeps
from operations.campaigns import control, running
from operations.queue import schedules
from operations.work import Job, Work, register


def prune() -> int:
    """Forget old runs of jobs, workers long gone, and django-q2's records of failures."""
    proofs = proving.prune(timezone.now() - timedelta(days=jobs.KEEP_DAYS))
    return jobs.prune() + heartbeat.prune() + schedules.prune() + proofs


register(
    Work(topic=control.TOPIC, drain=running.drain, due_since=running.due_since),
    Job(
        name="campaign_outcomes",
        title=gettext_noop("Find out what came of campaigns that are over"),
        run=running.look_back,
        every_seconds=60,
    ),
    Job(
        name=sweeps.SWEEP,
        title=gettext_noop("Treat what is due and wake what sleeps"),
        run=sweeps.sweep,
        every_seconds=settings.HOLDFAST.sweep_every_seconds,
    ),
    Job(
        name="prune",
        title=gettext_noop("Forget old records of the machinery"),
        run=prune,
        every_seconds=86_400,
        at_hour=2,
        limit_seconds=600,
    ),
    Job(
        name=alerts.JOB,
        title=gettext_noop("Tell operators what needs a person"),
        run=alerts.run,
        every_seconds=60,
        limit_seconds=alerts.LIMIT_SECONDS,
    ),
    Job(
        name=proving.JOB,
        title=gettext_noop("Prove every promise over the whole database"),
        run=proving.run,
        every_seconds=86_400,
        at_hour=3,
        limit_seconds=proving.LIMIT_SECONDS,
    ),
)
