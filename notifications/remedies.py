"""The ways out for a message that is stuck, each one meaning for staff, sweep and command alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import channels, clock, corrections, kinds, outbox, sms
from notifications.models import Channel, Delivery, DeliveryQuerySet
from notifications.sms import SMS
from operations import engine, queue, verdicts, workflow
from operations.effects import EffectStatus, HeldBy
from operations.errors import PermanentError, Refusal
from operations.recovery import Consequence, Remedy
from operations.verdicts import Verdict
from operations.workflow import Operation

SWITCH = "notifications.switch_channel"


def hurry(delivery: Delivery, operation: Operation) -> None:
    workflow.perform(delivery, "hurry", operation)
    queue.wake(delivery.channel)


def retry(delivery: Delivery, operation: Operation) -> None:
    workflow.perform(delivery, "retry", operation)
    queue.wake(delivery.channel)


def send_again(delivery: Delivery, operation: Operation) -> None:
    workflow.perform(delivery, "send_again", operation)
    queue.wake(delivery.channel)


def send_copy(delivery: Delivery, operation: Operation) -> None:
    copy = outbox.send_copy(delivery, operation)
    workflow.perform(delivery, "settle", operation, evidence=_("Sent again as %(uid)s.") % {"uid": copy.uid})


def correct(delivery: Delivery, operation: Operation, *, recipient: str) -> None:
    """Send it to another address instead; nobody sends to the old one any more.

    What the message is about learns the right address too, so that the next one goes there.
    """
    recipient = _checked(delivery, recipient.strip())
    if recipient.lower() == delivery.recipient.lower():
        raise Refusal(_("This is the address it was sent to."))
    if corrections.tell(delivery, recipient, operation):
        return
    outbox.send_copy(delivery, operation, recipient=recipient)
    if delivery.status in (EffectStatus.PENDING, EffectStatus.HELD):
        workflow.perform(delivery, "supersede", operation)
    else:
        workflow.perform(delivery, "settle", operation, evidence=_("Sent to a corrected address instead."))


def _checked(delivery: Delivery, recipient: str) -> str:
    """An address, or a number written out, that the channel of the message can reach; raises Refusal."""
    try:
        if delivery.channel == SMS:
            return sms.number(recipient)
        validate_email(recipient)
    except PermanentError as error:
        raise Refusal(str(error)) from error
    except ValidationError as error:
        raise Refusal(_("“%(address)s” is not an e-mail address.") % {"address": recipient}) from error
    return recipient


def cancel(delivery: Delivery, operation: Operation) -> None:
    workflow.perform(delivery, "supersede", operation)


def expire(delivery: Delivery, operation: Operation) -> None:
    """Close what is too late; what something newer stands for is not missed, and its history says why."""
    kind = kinds.find(delivery.kind)
    if why := kind.overtaken(delivery) if kind else "":
        workflow.perform(delivery, "supersede", replace(operation, reason=why))
    else:
        workflow.perform(delivery, "expire", operation)


def hold(delivery: Delivery, operation: Operation) -> None:
    workflow.perform(delivery, "hold", operation, by=HeldBy.STAFF)


def release(delivery: Delivery, operation: Operation) -> None:
    workflow.perform(delivery, "release", operation)
    queue.wake(delivery.channel)


def settle(delivery: Delivery, operation: Operation, *, evidence: str) -> None:
    workflow.perform(delivery, "settle", operation, evidence=evidence)


def note_missed(delivery: Delivery, operation: Operation, *, evidence: str) -> None:
    workflow.perform(delivery, "note_missed", operation, evidence=evidence)


def reclaim(delivery: Delivery, operation: Operation) -> None:
    engine.reclaim(delivery, operation)
    queue.wake(delivery.channel)


def open_channel(channel: Channel, operation: Operation) -> None:
    channels.release(channel.name, operation.reason)


def _outcome(delivery: Delivery, since: datetime) -> Verdict:
    return verdicts.of_next_attempt(delivery, since)


def _outcome_of_copy(delivery: Delivery, since: datetime) -> Verdict:
    """What became of the message that was sent in its place."""
    copies = Delivery.objects.filter(copy_of=delivery.copy_of or delivery, created_at__gte=since)
    copy = copies.order_by("pk").first()
    return verdicts.of_next_attempt(copy, since) if copy else verdicts.GOOD


def _per_second(delivery: Delivery) -> float:
    return channels.per_second(delivery.channel)


def copies_due(deliveries: DeliveryQuerySet) -> DeliveryQuerySet:
    """Unknown for long enough, never sent twice, of a kind that may be, and still of use."""
    allowed = [code for code, kind in kinds.kinds().items() if kind.resend_unknown]
    waited = deliveries.filter(stale_after__lte=timezone.now(), may_be_duplicate=False)
    return waited.filter(kind__in=allowed).not_past_use()


def _too_late(delivery: Delivery) -> str:
    if delivery.not_after is None or delivery.not_after > timezone.now():
        return ""
    return _("It would come too late: it was of use until %(time)s.") % {
        "time": clock.brief(delivery.not_after, clock.zone_of(delivery))
    }


def _cannot_correct(delivery: Delivery) -> str:
    if delivery.is_webhook:
        return _("It goes to an endpoint: correct the address of that.")
    return _too_late(delivery)


def _still_of_use(delivery: Delivery) -> str:
    return "" if _too_late(delivery) else _("It is still of use.")


def _held_by_channel(delivery: Delivery) -> str:
    if delivery.held_by != HeldBy.CHANNEL or not channels.find(delivery.channel).is_closed:
        return ""
    return _("Its channel is closed. It leaves by itself when the channel works again; release the channel.")


RETRY = Remedy(
    code="retry",
    title=gettext_lazy("Retry now"),
    says=gettext_lazy("Sends it now instead of later. It has not left before, so nobody gets it twice."),
    apply=hurry,
    outcome=_outcome,
    per_second=_per_second,
)
RETRY_DEAD = Remedy(
    code="retry",
    title=gettext_lazy("Retry now"),
    says=gettext_lazy("Sends it now, with all its tries again. It never left, so nobody gets it twice."),
    apply=retry,
    refuses=_too_late,
    outcome=_outcome,
    per_second=_per_second,
)
SEND_AGAIN = Remedy(
    code="send_copy",
    title=gettext_lazy("Send a copy"),
    says=gettext_lazy(
        "Sends it a second time, marked “you may already have this”. The first may have arrived."
    ),
    apply=send_again,
    consequence=Consequence.SECOND_COPY,
    refuses=_too_late,
    due_by_itself=copies_due,
    outcome=_outcome,
    per_second=_per_second,
)
SEND_COPY = Remedy(
    code="send_copy",
    title=gettext_lazy("Send a copy"),
    says=gettext_lazy("Sends it once more to the same address, marked “you may already have this”."),
    apply=send_copy,
    consequence=Consequence.SECOND_COPY,
    refuses=_too_late,
    outcome=_outcome_of_copy,
    per_second=_per_second,
)
CORRECT = Remedy(
    code="correct",
    title=gettext_lazy("Correct and replace"),
    says=gettext_lazy(
        "Sends it to the address you enter. What follows about the same booking goes there too; the old"
        " e-mail address is told."
    ),
    apply=correct,
    consequence=Consequence.TELLS_CUSTOMER,
    refuses=_cannot_correct,
    asks={
        "recipient": gettext_lazy(
            "The right e-mail address, or for a text message the number with its country code"
        )
    },
    is_for_one=True,
)
CANCEL = Remedy(
    code="cancel",
    title=gettext_lazy("Cancel"),
    says=gettext_lazy("It is not sent. The customer still sees everything on the booking's page."),
    apply=cancel,
    consequence=Consequence.NEEDS_CHECK,
)
HOLD = Remedy(
    code="hold",
    title=gettext_lazy("Hold"),
    says=gettext_lazy("Keeps it back until somebody releases it."),
    apply=hold,
    consequence=Consequence.NEEDS_CHECK,
)
RELEASE = Remedy(
    code="release",
    title=gettext_lazy("Release"),
    says=gettext_lazy("Lets it leave now. It has not left before, so nobody gets it twice."),
    apply=release,
    refuses=_held_by_channel,
    outcome=_outcome,
    per_second=_per_second,
)
SETTLE = Remedy(
    code="settle",
    title=gettext_lazy("Settle with evidence"),
    says=gettext_lazy("Takes it off the desk; nothing is sent. Say how you know that the person knows."),
    apply=settle,
    consequence=Consequence.NEEDS_CHECK,
    asks={"evidence": gettext_lazy("How do you know? (called, wrote back, …)")},
)
NOTE_MISSED = Remedy(
    code="settle",
    title=gettext_lazy("Settle with evidence"),
    says=gettext_lazy("Takes it off the desk; nothing is sent. Say how you know that the person knows."),
    apply=note_missed,
    consequence=Consequence.NEEDS_CHECK,
    asks={"evidence": gettext_lazy("How do you know? (called, came anyway, …)")},
)
EXPIRE = Remedy(
    code="expire",
    title=gettext_lazy("Give up: too late"),
    says=gettext_lazy("Closes it unsent, because it would come too late to be of use."),
    apply=expire,
    refuses=_still_of_use,
    due_by_itself=DeliveryQuerySet.past_use,
)
RECLAIM = Remedy(
    code="reclaim",
    title=gettext_lazy("Take it back"),
    says=gettext_lazy(
        "Its worker is gone. If it had not been handed over it waits again, else it is unknown."
    ),
    apply=reclaim,
    due_by_itself=lambda deliveries: deliveries,
)
OPEN_CHANNEL = Remedy(
    code="release",
    title=gettext_lazy("Release the channel"),
    says=gettext_lazy("Lets everything leave that the channel holds. Nothing has left before."),
    apply=open_channel,
    permission=SWITCH,
)
