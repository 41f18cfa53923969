"""What staff may do to a channel: pause it, release it, and send themselves a message by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import channels, outbox
from notifications.messages import TEST
from notifications.models import Channel, WebhookEndpoint
from notifications.remedies import SWITCH
from notifications.webhooks.endpoints import CHANNELS
from operations.errors import Refusal
from operations.switches import Done, Switch, register
from operations.workflow import Operation

EMAIL = "email"
TEST_OF_USE = timedelta(hours=1)


def mark(channel: Channel) -> str:
    """In which state a channel is; a change by whomever gives another one."""
    closed = "paused" if channel.is_paused else "closed" if channel.is_closed else "open"
    by_staff = "by-staff" if channel.is_paused and channel.open_until is None else ""
    return f"{closed}{by_staff}@{channel.changed_at.timestamp() if channel.changed_at else 0}"


def endpoint_of(channel: Channel) -> WebhookEndpoint | None:
    """The endpoint whose messages leave by this channel, if it is one's own."""
    number = channel.name.removeprefix(CHANNELS)
    if not channel.name.startswith(CHANNELS) or not number.isdecimal():
        return None
    return WebhookEndpoint.objects.filter(pk=number).first()


def _pause(channel: Channel, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    channels.pause(channel.name, operation.reason, by=operation.user_id)
    return Done(channel)


def _release(channel: Channel, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    channels.release(channel.name, operation.reason)
    return Done(channel)


def _send_test(channel: Channel, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    person = get_user_model().objects.filter(pk=operation.user_id or 0).first()
    if person is None or not person.email:
        raise Refusal(_("Your account has no e-mail address. Whoever looks after the accounts can enter it."))
    outbox.queue_message(
        kind=TEST,
        recipient=person.email,
        dedupe_key=f"test:{operation.id}",
        not_after=timezone.now() + TEST_OF_USE,
        is_for_staff=True,
        channel=channel.name,
        operation=operation,
    )
    return Done(channel)


def _cannot_pause(channel: Channel) -> str:
    if channel.is_paused and channel.open_until is None:
        return _("It is paused already.")
    return ""


def _cannot_release(channel: Channel) -> str:
    if not channel.is_closed:
        return _("It is open.")
    endpoint = endpoint_of(channel)
    if endpoint and not endpoint.is_enabled:
        return _("Its endpoint is disabled: enable that, and what is held leaves.")
    return ""


def _cannot_test(channel: Channel) -> str:
    return "" if channel.name == EMAIL else _("Tests of this channel are sent from the page of its endpoint.")


PAUSE = Switch(
    code="pause",
    model=Channel,
    title=gettext_lazy("Pause"),
    says=gettext_lazy("Nothing leaves by it until somebody releases it. What becomes due is held, not lost."),
    done=gettext_lazy("The channel is paused. What becomes due is held."),
    permission=SWITCH,
    apply=_pause,
    mark=mark,
    refuses=_cannot_pause,
    is_weighty=True,
)
RELEASE = Switch(
    code="release",
    model=Channel,
    title=gettext_lazy("Release"),
    says=gettext_lazy(
        "Lets everything leave that it holds. None of it has left before, so nobody gets it twice."
    ),
    done=gettext_lazy("The channel is open. What it held leaves now."),
    permission=SWITCH,
    apply=_release,
    mark=mark,
    refuses=_cannot_release,
)
SEND_TEST = Switch(
    code="send_test",
    model=Channel,
    title=gettext_lazy("Send a test message to myself"),
    says=gettext_lazy(
        "Goes to the address of your account, the way every message goes: on a closed channel it waits."
    ),
    done=gettext_lazy(
        "The test message is written. The newest messages of this channel show what becomes of it."
    ),
    permission=SWITCH,
    apply=_send_test,
    mark=lambda _channel: "",
    refuses=_cannot_test,
    needs_reason=False,
)
register(PAUSE, RELEASE, SEND_TEST)
