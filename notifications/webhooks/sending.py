"""Posts one message to its endpoint. Receivers know a repeat by its id, so no outcome is ever unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext as _

from notifications import channels
from notifications.delivery import ChannelWatch
from notifications.draining import Route
from notifications.models import Delivery
from notifications.outside import verdicts
from notifications.outside.calls import AddressRefused, Answer, Caller, NoAnswer, NotReached
from notifications.webhooks import payloads, switching
from notifications.webhooks.endpoints import WebhookEndpoint
from operations.engine import Act, Receipt
from operations.errors import (
    ConfigurationError,
    DeliveryError,
    HeldBackError,
    PermanentError,
    TransientError,
)

GONE = 410


@contextmanager
def acts() -> Iterator[Act[Delivery]]:
    """What the engine does with each message of a batch, over one connection where possible."""
    seconds, only_public = settings.HOLDFAST.outside_call_seconds, not settings.WEBHOOK_ALLOW_PRIVATE
    with Caller(seconds=seconds, only_public=only_public) as caller:
        yield lambda delivery, handover: _send(caller, delivery, handover)


def as_probe(act: Act[Delivery]) -> Act[Delivery]:
    """The act that tries a closed channel: whatever it fails by, the message waits on, unharmed."""

    def probe(delivery: Delivery, handover: Callable[[], None]) -> Receipt:
        try:
            return act(delivery, handover)
        except DeliveryError as error:
            raise HeldBackError(str(error), external_code=error.external_code) from error

    return probe


class EndpointWatch(ChannelWatch):
    """All messages of this channel go to one receiver: when it refuses one after the other, it is closed."""

    def __call__(self, delivery: Delivery, failure: DeliveryError | None) -> bool:
        if isinstance(failure, PermanentError):
            failure = TransientError(str(failure))
        return super().__call__(delivery, failure)


ROUTE = Route(acts=acts, probe=as_probe, watch=EndpointWatch)


def _send(caller: Caller, delivery: Delivery, handover: Callable[[], None]) -> Receipt:
    announcement = payloads.announcement_of(delivery)
    endpoint = announcement.endpoint
    if not endpoint.is_enabled:
        channels.pause(endpoint.channel, endpoint.disabled_reason)  # somebody released it meanwhile
        raise HeldBackError(endpoint.disabled_reason)
    body = payloads.compose(delivery, announcement)
    sent = payloads.headers(endpoint, payloads.message_id(delivery), body)
    answer = _post(caller, endpoint, sent, body, handover)
    if answer.status == GONE:
        reason = _("Its receiver answered that nobody listens there any more (410).")
        switching.disable(endpoint, reason, is_gone=True)
    verdicts.check(answer)
    return Receipt(text=str(answer.status))


def _post(
    caller: Caller,
    endpoint: WebhookEndpoint,
    headers: dict[str, str],
    body: bytes,
    handover: Callable[[], None],
) -> Answer:
    try:
        return caller.post(endpoint.url, headers, body, before_sending=handover)
    except AddressRefused as error:
        advice = _("Give a public address, or allow private ones (HOLDFAST_WEBHOOK_ALLOW_PRIVATE=1).")
        raise ConfigurationError(f"{_sentence(error)} {advice}") from error
    except NotReached as error:
        raise TransientError(_("It could not be reached: %(why)s.") % {"why": error}) from error
    except NoAnswer as error:
        raise TransientError(_("It was sent, and no answer came: %(why)s.") % {"why": error}) from error


def _sentence(error: Exception) -> str:
    return f"{str(error)[:1].upper()}{str(error)[1:]}."
