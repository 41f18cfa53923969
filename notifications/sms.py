"""Text messages by a gateway: the interface of one, and the adapter for those that take one HTTP call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from notifications import channels, draining, kinds, segments
from notifications.draining import Route
from notifications.models import Delivery
from notifications.outside import verdicts
from notifications.outside.calls import Answer, Caller, NoAnswer, NotReached
from operations.engine import Act, Receipt
from operations.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentError,
    TransientError,
    UnknownOutcomeError,
)

SMS = "sms"
MOST_SEGMENTS = 4
# Said by a server that had it all: unlike a webhook's receiver, a gateway may send a repeat twice.
IN_DOUBT = (500, 502, 504)


class Gateway(Protocol):
    """Takes text messages. Raises the DeliveryError that says who must act."""

    def send(self, *, to: str, text: str, key: str, handover: Callable[[], None]) -> Receipt:
        """Send to a number in E.164 ("+491701234567"); `key` is the same at each attempt."""
        ...


class HttpGateway:
    """POSTs {"to", "from", "text", "reference"}; any 2xx is acceptance, its "id" is kept as evidence."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def send(self, *, to: str, text: str, key: str, handover: Callable[[], None]) -> Receipt:
        if not settings.SMS_URL:
            raise ConfigurationError(_("No gateway for text messages is named (HOLDFAST_SMS_URL)."))
        body = {"to": to, "from": settings.SMS_SENDER, "text": text, "reference": key}
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if settings.SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
        answer = self._post(json.dumps(body).encode(), headers, handover)
        if answer.status in IN_DOUBT:
            raise UnknownOutcomeError(
                _("The gateway failed when it had the message (%(status)s).") % {"status": answer.status},
                external_code=str(answer.status),
            )
        verdicts.check(answer)
        return Receipt(external_id=_id_in(answer.text), text=str(answer.status))

    def _post(self, body: bytes, headers: dict[str, str], handover: Callable[[], None]) -> Answer:
        try:
            return self._caller.post(settings.SMS_URL, headers, body, before_sending=handover)
        except NotReached as error:
            raise TransientError(_("The gateway could not be reached: %(why)s.") % {"why": error}) from error
        except NoAnswer as error:
            raise UnknownOutcomeError(_("The gateway did not answer: %(why)s.") % {"why": error}) from error


def by(gateway: Gateway) -> Act[Delivery]:
    """The act that the engine performs: compose, then hand to the gateway."""

    def send(delivery: Delivery, handover: Callable[[], None]) -> Receipt:
        kind = kinds.find(delivery.kind)
        if kind is None or kind.short is None:
            raise DeliveryError(f"No installed app says {delivery.kind!r} in a text message.")
        text = kind.short(delivery)
        if (length := segments.count(text)) > MOST_SEGMENTS:
            raise PermanentError(
                _("The text is too long: %(count)s segments, at most %(most)s.")
                % {"count": length, "most": MOST_SEGMENTS}
            )
        to = number(delivery.recipient)
        return gateway.send(to=to, text=text, key=str(delivery.uid), handover=handover)

    return send


def number(typed: str) -> str:
    """A telephone number in E.164; raises PermanentError for one that does not name its country."""
    digits = re.sub(r"[\s()./\-\u2010-\u2015]", "", typed)
    digits = re.sub(r"^00(?=[1-9])", "+", digits)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        raise PermanentError(_("The telephone number needs its country, e.g. +49 170 1234567."))
    return digits


def drain() -> bool:
    """Send one batch of due text messages; True when more is left."""
    return draining.drain(SMS, BY_SMS)


def due_since() -> datetime | None:
    """Since when the oldest text message waits that could be treated now."""
    return channels.due_since(SMS)


@contextmanager
def _acts() -> Iterator[Act[Delivery]]:
    with Caller(seconds=settings.HOLDFAST.outside_call_seconds, only_public=False) as caller:
        yield by(HttpGateway(caller))


def _id_in(text: str) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return str(said["id"])[:255] if isinstance(said, dict) and "id" in said else ""


BY_SMS = Route(acts=_acts)
