"""What the worker does for messages: one topic for each way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_noop

from notifications import channels, delivery, draining, forgetting, gathering, sms
from notifications.draining import Route
from notifications.models import Delivery
from notifications.providers import applying, mailbox, receiving
from notifications.providers.sending import Provider
from notifications.smtp import Mailer
from notifications.webhooks import announcing, lanes
from operations import retention
from operations.engine import Act
from operations.queue import Job, Work, register

EMAIL = "email"


def drain() -> bool:
    """Send one batch of due e-mails, or hold it back while the channel is closed; True when more is left."""
    return draining.drain(EMAIL, BY_MAIL)


def due_since() -> datetime | None:
    """Since when the oldest e-mail waits that could be treated now."""
    return channels.due_since(EMAIL)


@contextmanager
def _mail() -> Iterator[Act[Delivery]]:
    with Provider() if settings.EMAIL_PROVIDER else Mailer() as mailer:
        yield delivery.by_mail(mailer)


BY_MAIL = Route(acts=_mail, prepare=gathering.gather)
register(
    Work(topic=EMAIL, drain=drain, due_since=due_since, is_outside=True),
    Work(topic=sms.SMS, drain=sms.drain, due_since=sms.due_since, is_outside=True),
    Work(topic=receiving.TOPIC, drain=applying.drain, due_since=applying.due_since),
    Work(topic=announcing.TOPIC, drain=lanes.drain, due_since=lanes.due_since),
    Job(
        name="announce",
        title=gettext_noop("Tell endpoints what they were not told yet"),
        run=announcing.announce_all,
        every_seconds=60,
    ),
    Job(
        name="returned_mail",
        title=gettext_noop("Read the mails that mail servers returned"),
        run=mailbox.read_returned_mail,
        every_seconds=60,
        limit_seconds=120,
    ),
)
retention.register(forgetting.REPORTS)
