"""manage.py webhook: endpoints of other systems, from adding one to sending it everything again."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.models import WebhookEndpoint
from notifications.webhooks import replay, subjects, switching
from operations.errors import Refusal
from operations.workflow import Actor, Operation, Source


class Command(BaseCommand):
    help = "Add, list, enable, disable and rotate endpoints; send them a test, or everything again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every endpoint, as JSON lines")
        actions.add_parser("types", help="every type of event that an endpoint can ask for")
        add = actions.add_parser("add", help="tell this address from now on; prints its id and its secret")
        add.add_argument("url")
        add.add_argument("--description", default="")
        add.add_argument("--type", action="append", default=[], dest="event_types", help="default: all")
        add.add_argument("--location", default="", help="slug; default: all")
        add.add_argument("--with-customer", action="store_true", help="names, addresses and notes too")
        again = actions.add_parser("replay", help="send everything since then once more, with the same ids")
        again.add_argument("endpoint", type=int)
        again.add_argument("--since", required=True, type=_moment, help="ISO 8601; UTC without an offset")
        for name, told in ONE_ENDPOINT.items():
            action = actions.add_parser(name, help=told)
            action.add_argument("endpoint", type=int)
            if name == "disable":
                action.add_argument("--reason", required=True)

    def handle(self, action: str, **options: Any) -> None:
        if isinstance(options.get("endpoint"), int):
            options["endpoint"] = _find(options["endpoint"])
        try:
            getattr(self, f"_{action}")(**options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, **_: Any) -> None:
        for endpoint in WebhookEndpoint.objects.all():
            self.stdout.write(json.dumps(_shown(endpoint)))

    def _types(self, **_: Any) -> None:
        self.stdout.write("\n".join(subjects.event_types()))

    def _add(self, *, url: str, event_types: list[str], with_customer: bool, **fields: Any) -> None:
        names = {name: fields[name] for name in ("description", "location")}
        endpoint = WebhookEndpoint(url=url, event_types=event_types, includes_customer=with_customer, **names)
        endpoint.full_clean()
        endpoint.save()
        self.stdout.write(f"endpoint {endpoint.pk}\nsecret {endpoint.secret}")

    def _replay(self, *, endpoint: WebhookEndpoint, since: datetime, **_: Any) -> None:
        count = replay.replay(endpoint, since, _by_command())
        self.stdout.write(f"{count} messages leave")

    def _test(self, *, endpoint: WebhookEndpoint, **_: Any) -> None:
        delivery = replay.send_test(endpoint, _by_command())
        self.stdout.write(f"test {delivery.uid} leaves")

    def _rotate(self, *, endpoint: WebhookEndpoint, **_: Any) -> None:
        endpoint.rotate(overlap=timedelta(seconds=settings.HOLDFAST.webhook_secret_overlap_seconds))
        self.stdout.write(f"secret {endpoint.secret}\nthe old one signs too until {endpoint.previous_until}")

    def _enable(self, *, endpoint: WebhookEndpoint, **_: Any) -> None:
        switching.enable(endpoint)

    def _disable(self, *, endpoint: WebhookEndpoint, reason: str, **_: Any) -> None:
        switching.disable(endpoint, reason)


ONE_ENDPOINT = {
    "test": "send a test event",
    "rotate": "make a new secret; the old one goes on signing for a while",
    "enable": "tell it again, also what happened meanwhile",
    "disable": "tell it nothing; what waits is held",
}


def _find(pk: int) -> WebhookEndpoint:
    try:
        return WebhookEndpoint.objects.get(pk=pk)
    except WebhookEndpoint.DoesNotExist as error:
        raise CommandError(f"There is no endpoint {pk}.") from error


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Without the path of its address and its secrets."""
    return {
        "id": endpoint.pk,
        "host": endpoint.host,
        "description": endpoint.description,
        "event_types": endpoint.event_types or "all",
        "location": endpoint.location or "all",
        "is_enabled": endpoint.is_enabled,
        "disabled_reason": endpoint.disabled_reason,
    }


def _moment(typed: str) -> datetime:
    moment = datetime.fromisoformat(typed)
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)


def _by_command() -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.COMMAND)
