"""What a kept press is called, whichever button it was: a remedy of a condition, a switch, a job's."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from operations import recovery, switches
from operations.repair import RecoveryAttempt

OTHERS = {
    "look": gettext_noop("Look at it"),
    "run_now": gettext_noop("Run now"),
    "acknowledge": gettext_noop("I look into it"),
    "start": gettext_noop("Started a rehearsal"),
    "notice": gettext_noop("Noticed what was broken"),
    "end": gettext_noop("Ended a rehearsal"),
    "clear": gettext_noop("Cleared away what a rehearsal made"),
}


def title(trace: RecoveryAttempt) -> str:
    """The button in words; its code when nobody declares it any more."""
    if switch := switches.title(trace.subject_model, trace.remedy):
        return switch
    condition = recovery.conditions().get(trace.condition)
    titles = {remedy.code: str(remedy.title) for remedy in condition.remedies} if condition else {}
    return titles.get(trace.remedy) or _(OTHERS.get(trace.remedy, trace.remedy))
