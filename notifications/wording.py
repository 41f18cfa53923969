"""What a message's state means, in words for its recipient: never more than is known."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications import clock, kinds
from notifications.models import Delivery
from notifications.sms import SMS
from operations.effects import EffectStatus, HeldBy


def for_customer(delivery: Delivery, zone: ZoneInfo, language: str) -> str:
    """One sentence such as “Confirmation e-mail: accepted by the mail server at 10:02.”; never empty."""
    with override(language):
        is_text = _is_text(delivery)
        words = _("%(kind)s text message: %(state)s") if is_text else _("%(kind)s e-mail: %(state)s")
        return words % {"kind": kinds.title(delivery.kind), "state": state_words(delivery, zone)}


def title(delivery: Delivery) -> str:
    """What a message is called among others, of which some may be text messages."""
    name = kinds.title(delivery.kind)
    return _("%(kind)s by text message") % {"kind": name} if _is_text(delivery) else name


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
            return _of_working(delivery)
        case EffectStatus.DONE:
            return _accepted(delivery) % _at(delivery.done_at, zone)
        case EffectStatus.CONFIRMED:
            return _of_confirmed(delivery, zone)
        case EffectStatus.BOUNCED:
            return _of_bounced(delivery)
        case EffectStatus.UNKNOWN:
            return _of_unknown(delivery, zone)
        case EffectStatus.DEAD:
            return _of_dead(delivery)
        case EffectStatus.HELD:
            return _of_held(delivery)
        case EffectStatus.EXPIRED:
            return _("it could not leave while it was of use. This page is right.")
        case EffectStatus.SETTLED:
            return _("closed by our staff. This page is right.")
    return _("it did not leave: a newer message took its place.")


def _of_confirmed(delivery: Delivery, zone: ZoneInfo) -> str:
    if delivery.opened_at is None:  # the provider that sends for us reported it
        words = _("it reached your mailbox; we heard so at %(time)s.")
        if _is_text(delivery):
            words = _("it reached your telephone; we heard so at %(time)s.")
        return words % _at(delivery.updated_at, zone)
    return _("it reached you; its link was opened at %(time)s.") % _at(delivery.opened_at, zone)


def _accepted(delivery: Delivery) -> str:
    if delivery.channel == "email":
        return _("accepted by the mail server at %(time)s.")
    if _is_text(delivery):
        return _("accepted by the gateway at %(time)s.")
    return _("accepted by the other side at %(time)s.")


def _of_pending(delivery: Delivery, zone: ZoneInfo) -> str:
    if delivery.next_at <= timezone.now():
        return _("waiting to leave.")
    if delivery.failure_class:
        return _("it could not leave yet; trying again at %(time)s.") % _at(delivery.next_at, zone)
    return _("it leaves at %(time)s.") % _at(delivery.next_at, zone)


def _of_working(delivery: Delivery) -> str:
    if delivery.lease_until and delivery.lease_until <= timezone.now():
        return _("handing it over was interrupted; what became of it shows here within minutes.")
    return _("being handed over just now.")


def _of_unknown(delivery: Delivery, zone: ZoneInfo) -> str:
    words = _("we could not confirm that it reached you.")
    kind = kinds.find(delivery.kind)
    if delivery.may_be_duplicate or not delivery.copy_is_in_time or not (kind and kind.resend_unknown):
        return words
    return _("%(words)s A second copy follows at about %(time)s.") % {
        "words": words,
        **_at(delivery.stale_after, zone),
    }


def _of_dead(delivery: Delivery) -> str:
    if delivery.failure_class != "permanent":
        return _("it could not be delivered. Our staff see this; this page is right.")
    if _is_text(delivery):
        return _(
            "it could not be delivered. Please check your telephone number;"
            " if it is right, there is nothing to do: our staff see this."
        )
    return _(
        "it could not be delivered. Please check your e-mail address;"
        " if it is right, there is nothing to do: our staff see this."
    )


def _of_bounced(delivery: Delivery) -> str:
    if _is_text(delivery):
        return _("it came back to us. Please check your telephone number.")
    return _("it came back to us. Please check your e-mail address.")


def _of_held(delivery: Delivery) -> str:
    if delivery.held_by == HeldBy.STAFF:
        return _("our staff hold it back for now. This page is right.")
    if _is_text(delivery):
        return _("it waits until our text messages work again. Your booking is not affected.")
    return _("it waits until our mail works again. Your booking is not affected.")


def _is_text(delivery: Delivery) -> bool:
    return delivery.channel == SMS


def _at(moment: datetime | None, zone: ZoneInfo) -> dict[str, str]:
    return {"time": clock.brief(moment, zone) if moment else "—"}
