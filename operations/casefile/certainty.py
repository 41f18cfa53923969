"""Says what the records prove and what they cannot, so that nobody claims more than is known."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from operations.casefile.traces import Traces
from operations.desk.subjects import Subject
from operations.effects import Effect, EffectStatus
from operations.workflow import Workflow

NEVER_LEFT = frozenset({EffectStatus.CANCELLED, EffectStatus.EXPIRED, EffectStatus.DEAD})
NOT_YET = frozenset({EffectStatus.PENDING, EffectStatus.HELD, EffectStatus.WORKING})


def known(records: list[Any], traces: Traces) -> list[str]:
    """What the rows prove."""
    said = [_history(records[0], traces)] if isinstance(records[0], Workflow) else []
    for effect in _effects(records):
        name = {"message": Subject(effect).title}
        if effect.status == EffectStatus.DONE:
            said.append(_("%(message)s: the other side has accepted it.") % name)
        elif effect.status == EffectStatus.CONFIRMED:
            said.append(_("%(message)s: it has arrived.") % name)
        elif effect.status == EffectStatus.BOUNCED:
            said.append(_("%(message)s: it was returned.") % name)
        elif effect.status in NEVER_LEFT and not effect.may_be_duplicate:
            said.append(_("%(message)s: nobody has accepted it, and it is not sent any more.") % name)
        elif effect.status in NOT_YET:
            said.append(_("%(message)s: it has not been accepted yet.") % name)
    return [sentence for sentence in said if sentence]


def unknown(records: list[Any], traces: Traces) -> list[str]:
    """What the rows cannot tell."""
    said = []
    if isinstance(records[0], Workflow) and not _history(records[0], traces):
        said.append(_("The history has gaps: the nightly proof reports them."))
    for effect in _effects(records):
        name = {"message": Subject(effect).title}
        if effect.status == EffectStatus.DONE:
            said.append(_("%(message)s: whether anybody has read it.") % name)
        elif effect.status == EffectStatus.UNKNOWN:
            said.append(_("%(message)s: whether it arrived. It was handed over and no verdict came.") % name)
        elif effect.status == EffectStatus.SETTLED:
            said.append(_("%(message)s: whether it arrived. Staff closed it.") % name)
        elif effect.may_be_duplicate:
            said.append(_("%(message)s: whether it arrived twice.") % name)
    if any(not attempt.outcome for attempt in traces.attempts):
        said.append(_("How an attempt without an outcome ended: it still runs, or its worker vanished."))
    days = settings.HOLDFAST.intent_retention_seconds // 86_400
    return [
        *said,
        _("The wording of messages is not kept: what is shown here was composed now from what is true now."),
        _("Requests that were refused more than %(days)s days ago, and requests that never reached us.")
        % {"days": days},
        _("Calls and conversations, except where somebody wrote them down."),
    ]


def _history(record: Any, traces: Traces) -> str:
    """That the record's own events are complete, or nothing."""
    label = record._meta.label_lower
    own = [event.sequence for event in traces.events if event.subject_model == label]
    if sorted(own) != list(range(1, getattr(record, "version", 0) + 1)):
        return ""
    return _("Every change of this record is in this file: %(count)s events, numbered without a gap.") % {
        "count": len(own)
    }


def _effects(records: list[Any]) -> list[Any]:
    return [record for record in records if isinstance(record, Effect)]
