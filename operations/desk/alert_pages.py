"""What operators were told, on which routes, what could not be told, and who has seen it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings

from operations import alert_routes, alerts, intents, recovery, repair
from operations.alerts import Alert
from operations.desk import names
from operations.desk.permits import User
from operations.history import Actor, Operation, Source
from operations.transactions import use_case

SCOPE = "desk:acknowledge_alert"
ACKNOWLEDGE = "acknowledge"
SHOWN_COUNT = 100


@dataclass(frozen=True)
class Line:
    """One alert, with who has seen it."""

    alert: Alert
    who: str = ""

    @property
    def errors(self) -> list[str]:
        """What the routes said that did not take it, a line each."""
        return self.alert.error.splitlines()

    @property
    def runbook(self) -> str:
        """The last part of its runbook's address."""
        return self.alert.runbook.rpartition("/")[2].removesuffix(".md")

    @property
    def is_open(self) -> bool:
        return self.alert.recovered_at is None

    @cached_property
    def request_id(self) -> str:
        return intents.issue()


def lines(*, active: bool) -> list[Line]:
    """The newest alerts that go on, or those that are over."""
    found = Alert.objects.filter(recovered_at__isnull=active).order_by("-raised_at", "-pk")[:SHOWN_COUNT]
    people = names.of(alert.acknowledged_by_id for alert in found)
    return [Line(alert, people.get(alert.acknowledged_by_id or 0, "")) for alert in found]


def routes_set_up() -> list[str]:
    """Every route beside the log on which alerts leave here."""
    return [name for name in alert_routes.routes() if name != "log"]


@dataclass(frozen=True)
class Runbook:
    """What to do about a condition: a title, and parts with a heading each."""

    title: str
    parts: list[tuple[str, str]]


def runbook(code: str) -> Runbook | None:
    """A runbook of ours; None where there is none of that name."""
    path = settings.BASE_DIR / alerts.runbook(code)
    if code not in {*recovery.conditions(), "incident"} or not path.is_file():
        return None
    head, *parts = path.read_text().replace("`", "").split("\n## ")
    told = (part.partition("\n") for part in parts)
    return Runbook(head.partition("\n")[0].lstrip("# "), [(name, text.strip()) for name, _sep, text in told])


@use_case
def acknowledge(request: intents.Request, alert: Alert, user: User) -> bool:
    """Say that somebody has seen it, once per request id; False when it had been said before.

    Raises what `intents.claim` raises.
    """
    assert user.pk is not None
    claim = intents.claim(request, {"alert": alert.pk})
    if not claim.won:
        return False
    done = alerts.acknowledge(alert, user.pk)
    result = repair.Result.APPLIED if done else repair.Result.ALREADY_RESOLVED
    repair.record_press(alert, ACKNOWLEDGE, _operation(request.key, user), result)
    claim.intent.settle(alert, ACKNOWLEDGE)
    return done


def refuse(key: UUID, alert: Alert, user: Any) -> None:
    """Keep that somebody without the permission wanted to."""
    repair.record_press(alert, ACKNOWLEDGE, _operation(key, user), repair.Result.REFUSED, repair.DENIED)


def _operation(key: UUID, user: Any) -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, request_id=key, user_id=user.pk)
