"""What a message's state means, in words for its recipient: never more than is known."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications import clock, kinds
from notifications.models import Delivery
from operations.effects import EffectStatus


def for_customer(delivery: Delivery, zone: ZoneInfo, language: str) -> str:
    """One sentence such as “Confirmation e-mail: accepted by the mail server at 10:02.”; never empty."""
    with override(language):
        return _("%(kind)s e-mail: %(state)s") % {
            "kind": kinds.title(delivery.kind),
            "state": state_words(delivery, zone),
        }


def state_words(delivery: Delivery, zone: ZoneInfo) -> str:
    """The part after the colon, in the active language."""
    words = _of_status(delivery, zone)
    if delivery.opened_at and delivery.status != EffectStatus.CONFIRMED:
        words = _("%(words)s It was opened at %(time)s.") % {
            "words": words,
            "time": clock.brief(delivery.opened_at, zone),
        }
    if delivery.may_be_duplicate:
        words = _("%(words)s It is marked as a second copy.") % {"words": words}
    return words


def _of_status(delivery: Delivery, zone: ZoneInfo) -> str:
    match delivery.status:
        case EffectStatus.PENDING:
            return _of_pending(delivery, zone)
        case EffectStatus.WORKING:
            return _("being handed over just now.")
        case EffectStatus.DONE:
            return _accepted(delivery) % _at(delivery.done_at, zone)
        case EffectStatus.CONFIRMED:
            return _of_confirmed(delivery, zone)
        case EffectStatus.BOUNCED:
            return _("it came back to us. Please check your e-mail address.")
        case EffectStatus.UNKNOWN:
            return _of_unknown(delivery, zone)
        case EffectStatus.DEAD:
            return _of_dead(delivery)
        case EffectStatus.HELD:
            return _("it waits until our mail works again. Your booking is not affected.")
        case EffectStatus.EXPIRED:
            return _("it could not leave while it was of use. This page is right.")
        case EffectStatus.SETTLED:
            return _("closed by our staff. This page is right.")
    return _("it did not leave: a newer message took its place.")


def _of_confirmed(delivery: Delivery, zone: ZoneInfo) -> str:
    if delivery.opened_at is None:  # the provider that sends for us reported it
        return _("it reached your mailbox; we heard so at %(time)s.") % _at(delivery.updated_at, zone)
    return _("it reached you; its link was opened at %(time)s.") % _at(delivery.opened_at, zone)


def _accepted(delivery: Delivery) -> str:
    if delivery.channel == "email":
        return _("accepted by the mail server at %(time)s.")
    return _("accepted by the other side at %(time)s.")


def _of_pending(delivery: Delivery, zone: ZoneInfo) -> str:
    if delivery.next_at <= timezone.now():
        return _("waiting to leave.")
    if delivery.failure_class:
        return _("it could not leave yet; trying again at %(time)s.") % _at(delivery.next_at, zone)
    return _("it leaves at %(time)s.") % _at(delivery.next_at, zone)


def _of_unknown(delivery: Delivery, zone: ZoneInfo) -> str:
    words = _("we could not confirm that it reached you.")
    kind = kinds.find(delivery.kind)
    if delivery.may_be_duplicate or delivery.stale_after is None or not (kind and kind.resend_unknown):
        return words
    return _("%(words)s A second copy follows at about %(time)s.") % {
        "words": words,
        **_at(delivery.stale_after, zone),
    }


def _of_dead(delivery: Delivery) -> str:
    if delivery.failure_class == "permanent":
        return _("it could not be delivered. Please check your e-mail address.")
    return _("it could not be delivered. Our staff see this; this page is right.")


def _at(moment: datetime | None, zone: ZoneInfo) -> dict[str, str]:
    return {"time": clock.brief(moment, zone) if moment else "—"}
