"""Starts, stops, resumes and ends campaigns; each of them is a remedy, pressed and kept like any other."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from operations import queue, workflow
from operations.campaigns.campaign import ONE_RUNS, Campaign, CampaignStatus
from operations.campaigns.ledger import ItemState
from operations.desk import permits
from operations.errors import Refusal
from operations.history import Operation
from operations.recovery import Consequence, Remedy

TOPIC = "campaigns"


class AnotherRuns(Refusal):
    """Raised by `start` and `resume` while another campaign is under way."""

    code = "another_runs"
    message = gettext_lazy(
        "Another campaign is under way. One runs at a time: stop that one, or wait for it."
    )


class NotPermitted(Refusal):
    """Raised by `start` and `resume` for somebody who may not press the remedy on a single record."""

    code = "not_permitted"
    message = gettext_lazy("You are not permitted to press this button on a single record, so not on many.")


def start(campaign: Campaign, operation: Operation) -> None:
    """Begin when the time to undo it is over; the one who starts it and the reason stand behind each line."""
    _require_permission(campaign, operation)
    _alone(campaign, "schedule", operation, reason=operation.reason, user_id=operation.user_id)
    queue.wake(TOPIC, after_seconds=settings.HOLDFAST.campaign_undo_seconds)


def stop(campaign: Campaign, operation: Operation) -> None:
    """Begin nothing more; before it has begun that undoes it."""
    if campaign.status == CampaignStatus.SCHEDULED:
        workflow.perform(campaign, "call_off", operation)
    else:
        workflow.perform(campaign, "stop", operation, text=operation.reason)


def resume(campaign: Campaign, operation: Operation) -> None:
    """Go on behind what was done, trying a few first again."""
    _require_permission(campaign, operation)
    first = campaign.items.filter(state=ItemState.WAITING).order_by("position").first()
    if first is None:
        raise Refusal(_("Nothing is left to do."))
    _alone(campaign, "resume", operation, position=first.position)
    queue.wake(TOPIC)


def call_off(campaign: Campaign, operation: Operation) -> None:
    """End it; what it has done stays done, and the rest stays in its list."""
    workflow.perform(campaign, "call_off", operation)


def _alone(campaign: Campaign, name: str, operation: Operation, **kwargs: Any) -> None:
    try:
        workflow.perform(campaign, name, operation, **kwargs)
    except IntegrityError as error:
        if error.__cause__ is None or error.__cause__.diag.constraint_name != ONE_RUNS:  # type: ignore[attr-defined]
            raise
        raise AnotherRuns from error


def _require_permission(campaign: Campaign, operation: Operation) -> None:
    """Whoever starts it may look at the records and press the remedy; the command line may do anything."""
    found = campaign.way
    if found is None:
        raise Refusal(_("This version of the program does not know that button any more."))
    if operation.user_id is None:
        return
    condition, remedy = found
    user = get_user_model().objects.filter(pk=operation.user_id, is_active=True).first()
    if not user or not permits.may_view(user, condition.model) or not permits.may_recover(user, remedy):
        raise NotPermitted


def _cannot_start(campaign: Campaign) -> str:
    if campaign.stale_after and campaign.stale_after < timezone.now():
        return _("What was shown is old. Prepare it again.")
    if not campaign.items.filter(state=ItemState.WAITING).exists():
        return _("Not one of these records can be treated like this.")
    return _busy()


def _cannot_resume(campaign: Campaign) -> str:
    if not campaign.items.filter(state=ItemState.WAITING).exists():
        return _("Nothing is left to do.")
    return _busy()


def _busy() -> str:
    return str(AnotherRuns.message) if Campaign.objects.active().exists() else ""


def _what_starting_does(_campaign: Campaign) -> str:
    return _("Does exactly what is shown here, a few first. You can undo it for %(seconds)s seconds.") % {
        "seconds": settings.HOLDFAST.campaign_undo_seconds
    }


def _what_stopping_does(campaign: Campaign) -> str:
    if campaign.status == CampaignStatus.SCHEDULED:
        return _("Undoes it: nothing has been done yet, and nothing will be.")
    return _("Begins nothing more. What is done stays done; the rest can be resumed.")


START = Remedy(
    code="start",
    title=gettext_lazy("Start"),
    says=_what_starting_does,
    apply=start,
    consequence=Consequence.NEEDS_CHECK,
    refuses=_cannot_start,
)
DISCARD = Remedy(
    code="discard",
    title=gettext_lazy("Discard"),
    says=gettext_lazy("Throws the preparation away; no record is touched."),
    apply=call_off,
    due_by_itself=lambda campaigns: campaigns.filter(stale_after__lt=timezone.now()),
)
STOP = Remedy(code="stop", title=gettext_lazy("Stop"), says=_what_stopping_does, apply=stop)
RESUME = Remedy(
    code="resume",
    title=gettext_lazy("Resume"),
    says=gettext_lazy("Goes on with what was not done yet, a few first. Nothing is done twice."),
    apply=resume,
    refuses=_cannot_resume,
)
END = Remedy(
    code="end",
    title=gettext_lazy("Leave the rest"),
    says=gettext_lazy("Ends it. What it has done stays done; the rest stays in its list, untouched."),
    apply=call_off,
)
