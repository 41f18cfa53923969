"""What is known of a message, in words for the customer it was written to; it never claims more."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import language
from bookings.places import Location
from notifications.models import Delivery
from operations.effects import EffectStatus


def explain(delivery: Delivery, location: Location) -> str:
    """The state of a message in a sentence; never empty, whatever the state."""
    said = _state(delivery, location)
    if delivery.may_be_duplicate and delivery.status not in Delivery.final_statuses - {EffectStatus.DONE}:
        return f"{said} {_('It is a copy; you may already have the first one.')}"
    return said


def _state(delivery: Delivery, location: Location) -> str:
    match delivery.status:
        case EffectStatus.PENDING:
            return _waiting(delivery, location)
        case EffectStatus.WORKING:
            return _("Being sent right now.")
        case EffectStatus.DONE:
            return _accepted(delivery, location)
        case EffectStatus.CONFIRMED:
            return _("It reached you.")
        case EffectStatus.BOUNCED:
            return _("It came back to us. Please check whether your address is right.")
        case EffectStatus.UNKNOWN:
            return _("We could not confirm that it reached you.")
        case EffectStatus.DEAD if delivery.failure_class == "permanent":
            return _("It was refused for good. Please check whether your address is right.")
        case EffectStatus.DEAD:
            return _("It could not be sent. We see that and take care of it.")
        case EffectStatus.HELD:
            return _("It waits on our side and leaves as soon as our mail works again.")
        case EffectStatus.CANCELLED:
            return _("It was not sent: a newer message tells how things stand.")
        case EffectStatus.EXPIRED:
            return _("It was not sent: it would have come too late to be of use.")
    return _("We reached you in another way.")


def _waiting(delivery: Delivery, location: Location) -> str:
    at = {"when": _moment(delivery.next_at, location)}
    if delivery.failure_class:
        return _("It did not get through yet. Trying again at %(when)s.") % at
    if delivery.next_at > timezone.now():
        return _("It leaves at %(when)s.") % at
    return _("It leaves in a moment.")


def _accepted(delivery: Delivery, location: Location) -> str:
    at = {"when": _moment(delivery.done_at or delivery.updated_at, location)}
    if delivery.channel == "email":
        return _("Accepted by the mail server at %(when)s.") % at
    return _("Accepted by the other side at %(when)s.") % at


def _moment(moment: datetime, location: Location) -> str:
    """The time, with its day unless that is today at the place."""
    spoken = language.spoken(moment, location)
    is_today = moment.astimezone(location.zone).date() == timezone.localdate(timezone=location.zone)
    return spoken.time if is_today else _("%(time)s on %(date)s") % {"time": spoken.time, "date": spoken.date}
