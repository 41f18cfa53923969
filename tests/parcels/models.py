"""One parcel, handed over to whoever listens at an address on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable

from django.db import models, transaction

from operations import queue, workflow
from operations.effects import Effect, EffectQuerySet
from operations.engine import Receipt
from operations.errors import TransientError, UnknownOutcomeError
from operations.workflow import WORKER

TOPIC = "parcels"
PATIENCE_SECONDS = 3


class Parcel(Effect):
    address = models.CharField(max_length=60, blank=True)

    objects = EffectQuerySet.as_manager()

    class Meta(Effect.Meta):
        pass


def post(count: int = 1, address: str = "", **fields: object) -> list[Parcel]:
    """Parcels that are due, each with its event, and one wake-up."""
    with transaction.atomic():
        start = Parcel.objects.count()
        parcels = [
            Parcel(channel=TOPIC, dedupe_key=f"parcel:{start + number}", address=address, **fields)
            for number in range(count)
        ]
        for parcel in parcels:
            workflow.begin(parcel, WORKER)
        queue.wake(TOPIC)
    return parcels


def hand_over(parcel: Parcel, handover: Callable[[], None]) -> Receipt:
    """Say its name and wait for the answer."""
    host, port = parcel.address.rsplit(":", 1)
    try:
        line = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
    except OSError as error:
        raise TransientError(str(error)) from error
    with line:
        handover()
        line.sendall(f"{parcel.uid}\n".encode())
        try:
            answer = line.recv(100)
        except OSError as error:
            raise UnknownOutcomeError(str(error)) from error
    if not answer:
        raise UnknownOutcomeError("no answer")
    return Receipt(text=answer.decode())
