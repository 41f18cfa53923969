"""Sends one claimed message by e-mail and keeps an eye on the channel while doing so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import channels, kinds, mime
from notifications.mime import Mail
from notifications.models import Channel, Delivery
from notifications.providers.answers import KNOWS_REPEATS, RecipientRefused
from operations import engine
from operations.engine import Act, Receipt
from operations.errors import (
    ConfigurationError,
    DeliveryError,
    HeldBackError,
    OvertakenError,
    PermanentError,
    TransientError,
    UnknownOutcomeError,
)

SPARE_SECONDS = 3600  # of the time for which a provider keeps our key
CHANNEL_MATTERS = frozenset({"transient", "configuration", "held", "throttled"})


class Mailing(Protocol):
    """Takes one message to one recipient: a mail server, or a provider's API."""

    def send(self, mail: Mail, sender: str, recipient: str, handover: Callable[[], None]) -> Receipt:
        """Send it, having called `handover` before what cannot be taken back. Raises a DeliveryError."""
        ...


def by_mail(mailer: Mailing) -> Act[Delivery]:
    """The act that the engine performs: compose, then hand to whoever takes our mail."""

    def send(delivery: Delivery, handover: Callable[[], None]) -> Receipt:
        kind = kinds.find(delivery.kind)
        if kind is None:
            raise DeliveryError(f"No installed app declares messages of kind {delivery.kind!r}.")
        mail = mime.build(delivery, kind.compose(delivery))
        _check_that_a_repeat_is_known(delivery)
        try:
            return mailer.send(mail, mime.envelope_sender(), mail.recipient, handover)
        except PermanentError as error:
            if isinstance(error, RecipientRefused):
                delivery.handover_at = None
            if kind.is_courtesy and delivery.handover_at is None:
                raise OvertakenError(str(error), external_code=error.external_code) from error
            raise

    return send


def _check_that_a_repeat_is_known(delivery: Delivery) -> None:
    """Raise UnknownOutcomeError where a provider may have the message and has forgotten our key by now."""
    kept = KNOWS_REPEATS.get(settings.EMAIL_PROVIDER)
    if kept is None or not delivery.failure_class or delivery.may_be_duplicate:
        return
    tried_at = engine.first_handover(delivery)
    if tried_at and tried_at < timezone.now() - timedelta(seconds=kept - SPARE_SECONDS):
        raise UnknownOutcomeError(
            _("The mail provider may have got it at the first try, too long ago to know a repeat.")
        )


def as_probe(act: Act[Delivery]) -> Act[Delivery]:
    """The act that tries a closed channel: when it fails as before, the message waits on, unharmed."""

    def probe(delivery: Delivery, handover: Callable[[], None]) -> Receipt:
        try:
            return act(delivery, handover)
        except (TransientError, ConfigurationError) as error:
            raise HeldBackError(str(error), external_code=error.external_code) from error

    return probe


class ChannelWatch:
    """Told each outcome of a batch, it keeps the channel's state; answers whether to go on."""

    def __init__(self, channel: Channel) -> None:
        self._name = channel.name
        self._is_clean = not (channel.is_closed or channel.failures_in_row or channel.throttles_in_row)
        self.saw_success = False

    def __call__(self, delivery: Delivery, failure: DeliveryError | None) -> bool:
        if failure is None or failure.code == "permanent":  # a refused address shows that the server works
            self.saw_success = True
            if not self._is_clean:
                channels.take_success(self._name)
                self._is_clean = True
            return True
        if failure.code not in CHANNEL_MATTERS:
            return True
        self._is_clean = False
        return channels.take_failure(self._name, delivery, failure)
