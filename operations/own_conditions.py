"""What can go wrong with the machinery itself: a job that does not run, a worker that is not there."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from operations import queue
from operations.desk import spans
from operations.heartbeat import NOBODY_YET, WorkerHeartbeat
from operations.history import Operation
from operations.jobs import ScheduledJob
from operations.proving import Proof
from operations.recovery import OPERATE, Condition, Introduction, Remedy, after, introduce, register
from operations.rehearsing import Rehearsal

TWO_TURNS = ExpressionWrapper(F("every_seconds") * timedelta(seconds=2), DurationField())
RUN_GRACE = timedelta(minutes=2)


def run_now(job: ScheduledJob, operation: Operation) -> None:  # noqa: ARG001 - every remedy is told who acts
    """Ask a worker to run it out of turn; it is late again when none has done so two minutes later."""
    queue.hurry(job.name)
    ScheduledJob.objects.filter(pk=job.pk).update(late_after=timezone.now() + RUN_GRACE)


def _explain_late(job: ScheduledJob) -> str:
    if job.last_success_at is None:
        told = _("It has never succeeded.")
    else:
        told = _("It last succeeded at %(when)s.") % {"when": spans.zoned(job.last_success_at)}
    if job.last_error:
        why = _("Its last run failed: %(error)s") % {"error": job.last_error}
    else:
        why = _("No run has failed since: it is not being started.")
    return f"{told} {why}"


def take_note(proof: Proof, operation: Operation) -> None:  # noqa: ARG001 - the reason is kept with the press
    """Somebody looks into it."""
    Proof.objects.filter(pk=proof.pk).update(acknowledged_at=timezone.now())


def _explain_broken(proof: Proof) -> str:
    told = [
        _("%(promise)s Not so: %(record)s %(text)s (%(count)s in all).")
        % {"promise": finding["title"], "count": len(finding["broken"]), **finding["broken"][0]}
        for finding in proof.findings
    ]
    return " ".join(told)


def _explain_missing(beat: WorkerHeartbeat) -> str:
    nothing_lost = _("No worker is running. Nothing is lost.")
    if beat.worker == NOBODY_YET:
        last = _("None has run since this database was set up.")
    else:
        last = _("The last one was heard of at %(when)s.") % {"when": spans.zoned(beat.beat_at)}
    return f"{nothing_lost} {last}"


introduce(
    ScheduledJob,
    Introduction(
        facts=lambda job: {
            _("Job"): job.name,
            _("Runs every"): _("%(count)s seconds") % {"count": job.every_seconds},
            _("Last success"): spans.zoned(job.last_success_at) if job.last_success_at else _("never"),
        },
        own_page=lambda job: f"{reverse('admin:desk_schedules')}#{job.name}",
    ),
)
introduce(
    WorkerHeartbeat,
    Introduction(title=lambda _beat: _("The worker"), facts=lambda beat: {_("Process"): beat.pid or "—"}),
)
introduce(
    Rehearsal,
    Introduction(own_page=lambda rehearsal: reverse("admin:desk_rehearsal", args=[rehearsal.pk])),
)
introduce(
    Proof,
    Introduction(
        title=lambda _proof: _("The nightly proof"),
        facts=lambda proof: {_("Checked"): spans.zoned(proof.started_at), _("Result"): str(proof)},
    ),
)
register(
    Condition(
        code="operations.promise_broken",
        title=gettext_lazy("A promise is broken"),
        model=Proof,
        records=lambda: Proof.objects.open(),
        explanation=_explain_broken,
        customer_text=gettext_lazy("We have found a mistake in our records and are looking into it."),
        by_itself=gettext_lazy("It is checked again every night, and by manage.py prove."),
        remedies=(
            Remedy(
                code="take_note",
                title=gettext_lazy("Take note"),
                says=gettext_lazy("Takes it off the desk until the next proof; nothing else is changed."),
                apply=take_note,
                permission=OPERATE,
            ),
        ),
        since_at="started_at",
        since=lambda proof: proof.started_at,
    ),
    Condition(
        code="operations.no_worker",
        title=gettext_lazy("No worker is running"),
        model=WorkerHeartbeat,
        records=lambda: WorkerHeartbeat.objects.missing(),
        explanation=_explain_missing,
        customer_text=gettext_lazy(
            "Customers book as always. Their pages say that the booking is received and not confirmed yet."
        ),
        by_itself=gettext_lazy(
            "Where a process manager runs it, it is started again. Otherwise start it: manage.py qcluster. "
            "It begins with whatever is due."
        ),
        remedies=(),
        since_at="beat_at",
        since=lambda beat: beat.beat_at,
        needs_person_at=after("beat_at", settings.HOLDFAST.heartbeat_needs_person_seconds),
    ),
    Condition(
        code="operations.job_late",
        title=gettext_lazy("Scheduled job late"),
        model=ScheduledJob,
        records=lambda: ScheduledJob.objects.late(),
        explanation=_explain_late,
        customer_text=gettext_lazy("Nothing changes for customers yet; what this job does is done later."),
        by_itself=gettext_lazy("It runs on its next turn, and this disappears as soon as it succeeds."),
        remedies=(
            Remedy(
                code="run_now",
                title=gettext_lazy("Run now"),
                says=gettext_lazy(
                    "Starts the job out of turn as soon as a worker is free. Repeating it does no harm."
                ),
                apply=run_now,
                permission=OPERATE,
            ),
        ),
        since_at="late_after",
        since=lambda job: job.late_after,
        needs_person_at=F("late_after") + TWO_TURNS,
    ),
)
