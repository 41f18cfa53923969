"""Many failed messages at once, campaigns over them, and the outside world's answers to what they set off."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from notifications.models import Delivery
from operations import engine, intents, recovery, repair, workflow
from operations.campaigns import control, previewing, running
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.campaigns.selection import Selection
from operations.engine import Receipt
from operations.errors import DeliveryError
from operations.history import Actor, Operation, Source
from tests.factories import DeliveryFactory

DEAD = "notifications.dead"


def dead(number: int, **fields: Any) -> list[Delivery]:
    """So many messages that gave up, the first to matter soonest."""
    start = timezone.now() + timedelta(days=2)
    return [
        DeliveryFactory(
            dead=True,
            booking=None,
            recipient=f"guest{place}@example.com",
            harm_at=start + timedelta(minutes=place),
            **fields,
        )
        for place in range(number)
    ]


def dead_in_bulk(number: int) -> None:
    """The same by statements over all rows, each move with its event: for thousands."""
    moves = [("", "pending", "queue"), ("pending", "working", "lease"), ("working", "dead", "give_up")]
    start = timezone.now() + timedelta(days=2)
    with transaction.atomic(), connection.cursor() as cursor:
        Delivery.objects.bulk_create(
            Delivery(
                kind="confirmation",
                channel="email",
                dedupe_key=f"bulk:{place}",
                recipient=f"guest{place}@example.com",
                harm_at=start + timedelta(minutes=place),
            )
            for place in range(number)
        )
        for version, (before, after, name) in enumerate(moves, 1):
            if version > 1:
                cursor.execute(
                    "UPDATE notifications_delivery SET status = %s, version = %s", [after, version]
                )
            cursor.execute(
                """INSERT INTO operations_event (subject_model, subject_id, sequence, from_status, to_status,
                       transition, actor, source, operation_id, reason, details, at)
                   SELECT 'notifications.delivery', id, %s, %s, %s, %s, 'worker', 'queue', %s, '', '{}', %s
                   FROM notifications_delivery""",
                [version, before, after, name, uuid.uuid4(), timezone.now()],
            )


def owner() -> User:
    found = User.objects.filter(username="head").first()
    return found or User.objects.create_superuser("head")


def operation(user: User | None = None, reason: str = "The mail server is back.") -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, reason=reason, user_id=(user or owner()).pk)


def prepared(
    code: str = DEAD,
    remedy: str = "retry",
    user: User | None = None,
    answers: dict[str, str] | None = None,
    **asked: str,
) -> Campaign:
    """A campaign over the list of that condition that waits to be started."""
    condition = recovery.conditions()[code]
    person = user or owner()
    request = intents.Request("desk:campaign", uuid.uuid4())
    selection = Selection(condition, person, asked)
    made = previewing.prepare(request, selection, condition.remedy(remedy), answers or {}, operation(person))
    return made.campaign


def press(campaign: Campaign, remedy: recovery.Remedy, user: User | None = None) -> repair.Outcome:
    """Press a button of the campaign, from its present version."""
    condition = next(
        condition
        for condition in recovery.conditions().values()
        if condition.model is Campaign
        and remedy in condition.remedies
        and condition.records().filter(pk=campaign.pk).exists()
    )
    [outcome] = repair.apply(condition, remedy, [campaign.pk], operation(user))
    return outcome


def started(clock: Any, **kwargs: Any) -> Campaign:
    """A campaign whose time to undo it is over."""
    campaign = prepared(**kwargs)
    assert press(campaign, control.START).result == repair.Result.APPLIED
    clock.shift(timedelta(seconds=10))
    return fresh(campaign)


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def carry_on(clock: Any, *, steps: int = 10_000, until: str = "") -> list[datetime]:
    """Let the worker go on, moving the clock over its pauses; the moments at which it acted on records."""
    for _ in range(steps):
        pause = running.step()
        if pause is None or (until and Campaign.objects.filter(status=until).exists()):
            break
        clock.shift(timedelta(seconds=pause))
    return moments()


def moments() -> list[datetime]:
    """When records were acted on."""
    acted = (
        CampaignItem.objects.exclude(state="skipped").order_by("acted_at").values_list("acted_at", flat=True)
    )
    return [moment for moment in acted if moment]


def answer(error: DeliveryError | None = None, limit: int = 1000) -> int:
    """The mail server answers everything that waits: accepted, or with this error. Returns how many."""

    def act(delivery: Delivery, handover: Any) -> Receipt:
        handover()
        if error:
            raise type(error)(str(error), external_code=error.external_code)
        return Receipt(text="250 ok")

    batch = engine.claim(Delivery, "email", limit)
    for delivery in batch:
        engine.attempt(delivery, act)
    return len(batch)


def states(campaign: Campaign) -> dict[str, int]:
    """How many lines of the ledger are in each state."""
    found: dict[str, int] = {}
    for state in campaign.items.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def change(delivery: Delivery, name: str, **kwargs: Any) -> None:
    """Somebody else changes the record meanwhile."""
    with transaction.atomic():
        record = workflow.fetch(Delivery, pk=delivery.pk)
        workflow.perform(record, name, operation(reason="somebody else"), **kwargs)
