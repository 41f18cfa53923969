"""What shows that a message arrived, or did not: evidence counts for that message only."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.models import Delivery
from operations import workflow
from operations.effects import EffectStatus
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source

CONFIRMABLE = (EffectStatus.DONE, EffectStatus.UNKNOWN)
UNSENT = (EffectStatus.PENDING, EffectStatus.HELD)
RETURNABLE = (EffectStatus.DONE, EffectStatus.CONFIRMED, EffectStatus.UNKNOWN)
BY_CUSTOMER = Operation(actor=Actor.CUSTOMER, source=Source.WEB)
BY_MAIL_SERVER = Operation(actor=Actor.PARTNER, source=Source.WEBHOOK)


def opened(uid: uuid.UUID | str) -> bool:
    """The link of this message was opened; says whether that was news. Unknown ids are no error.

    It closes the question whether the message arrived: a second copy that has not left is taken back.
    """
    identity = _as_uuid(uid)
    fresh = Q(uid=identity) & (Q(opened_at__isnull=True) | Q(status__in=CONFIRMABLE))
    if identity is None or not Delivery.objects.filter(fresh).exists():
        return False
    return _note_opened(identity)


def bounced(uid: uuid.UUID | str, text: str, operation: Operation = BY_MAIL_SERVER) -> bool:
    """The message came back, and why; says whether that was news. Unknown ids are no error."""
    identity = _as_uuid(uid)
    return identity is not None and _note_bounced(identity, text, operation)


def note_arrival(delivery: Delivery, text: str, operation: Operation) -> bool:
    """This locked message is with its recipient; says whether that was news."""
    if delivery.status in CONFIRMABLE:
        workflow.perform(delivery, "confirm", operation, evidence=text)
        return True
    if delivery.may_be_duplicate and delivery.copy_of_id is None and delivery.status in UNSENT:
        workflow.perform(delivery, "supersede", operation)
        return True
    return False


def note_return(delivery: Delivery, text: str, operation: Operation) -> bool:
    """This locked message came back, and why; says whether that was news."""
    if delivery.status not in RETURNABLE:
        return False
    workflow.perform(delivery, "bounce", operation, evidence=text)
    return True


@use_case
def _note_opened(uid: uuid.UUID) -> bool:
    delivery = workflow.fetch(Delivery, uid=uid)
    is_news = delivery.opened_at is None
    if is_news:
        delivery.opened_at = timezone.now()
        Delivery.objects.filter(pk=delivery.pk).update(opened_at=delivery.opened_at)
    return note_arrival(delivery, _("Its link was opened."), BY_CUSTOMER) or is_news


@use_case
def _note_bounced(uid: uuid.UUID, text: str, operation: Operation) -> bool:
    delivery = Delivery.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    return delivery is not None and note_return(delivery, text, operation)


def _as_uuid(uid: uuid.UUID | str) -> uuid.UUID | None:
    try:
        return uid if isinstance(uid, uuid.UUID) else uuid.UUID(uid)
    except ValueError:
        return None
