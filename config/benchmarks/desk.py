"""How long the desk's pages take among a million bookings, beside the one query that each rests on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.test import Client
from django.urls import reverse

from bookings import name_words
from bookings.models import Booking
from config.benchmarks import desk_fill
from config.benchmarks.figures import Figure, percentile
from config.benchmarks.size import Size
from notifications.models import Delivery
from operations import recovery
from operations.desk import tallies
from operations.intents import Intent

TIMES = 40
GOAL = "150"
LISTS = (
    "notifications.dead",
    "notifications.late",
    "notifications.held",
    "bookings.failed",
    "bookings.awaiting_staff",
    "bookings.completed_untold",
    "bookings.enquiry_open",
)


@dataclass(frozen=True)
class Page:
    """A page of the desk, and the query that nobody could do without."""

    name: str
    path: str
    rests_on: Callable[[], Any]


def measure(size: Size) -> list[Figure]:
    """Server time and queries of each page; one booking in a hundred is open, and each has three messages."""
    call_command("collectstatic", interactive=False, verbosity=0)
    began = time.perf_counter()
    desk_fill.fill(size.desk_bookings)
    figures = [
        Figure("bookings / three messages each, filled in", time.perf_counter() - began, "s"),
        Figure("bookings", Booking.objects.count(), ""),
        Figure("messages", Delivery.objects.count(), ""),
        Figure("open matters", sum(each.records().count() for each in recovery.conditions().values()), ""),
    ]
    client = _somebody()
    return [*figures, *(_figure(client, page) for page in _pages())]


def _pages() -> Iterator[Page]:
    conditions = recovery.conditions()
    yield Page("overview", reverse("admin:desk"), lambda: tallies.of(conditions.values()))
    for code in LISTS:
        first = conditions[code].ordered()[:51]
        yield Page(f"list {code}", reverse("admin:desk_condition", args=[code]), _ids(first))
    booking, delivery = Booking.objects.latest("pk"), Delivery.objects.filter(status="dead").latest("pk")
    named = Booking.objects.alias(words=name_words.words_of("name"))
    found = named.filter(words=name_words.asked(name_words.as_words("mull anna")))
    yield _search("name", "mull anna", _ids(found.order_by()[:11]))
    yield _search("reference", booking.reference, _ids(Booking.objects.filter(reference=booking.reference)))
    yield _search("address", "customer77", _ids(_beginning("email", "customer77")))
    yield _search("phone number", "+49 30 77", _ids(_beginning("phone_key", "+493077")))
    key = str(Intent.objects.filter(scope="web:book").latest("pk").key)
    yield _search("request id", key, _ids(Intent.objects.filter(scope="web:book", key=key)))
    yield _search("Message-ID", delivery.message_id, _ids(Delivery.objects.filter(uid=delivery.uid)))
    path = reverse("admin:desk_record", args=["notifications.dead", delivery.pk])
    yield Page("one record", path, _ids(Delivery.objects.filter(pk=delivery.pk)))


def _search(what: str, term: str, rests_on: Callable[[], Any]) -> Page:
    return Page(f"search by {what}", f"{reverse('admin:desk_search')}?{urlencode({'q': term})}", rests_on)


def _beginning(column: str, term: str) -> QuerySet[Booking]:
    folded = Lower(column) if column == "email" else F(column)
    return Booking.objects.alias(key=folded).filter(key__startswith=term).order_by()[:11]


def _ids(records: QuerySet[Any]) -> Callable[[], Any]:
    return lambda: list(records.values_list("pk").all())


def _figure(client: Client, page: Page) -> Figure:
    client.get(page.path)  # the first answer reads templates
    with _counting() as statements:
        assert client.get(page.path).status_code == 200, page.path
    took = [_milliseconds(lambda: client.get(page.path)) for _ in range(TIMES)]
    base = percentile([_milliseconds(page.rests_on) for _ in range(TIMES)], 50)
    median = percentile(took, 50)
    told = f"{len(statements)} queries, p50 {median:.0f} ms, {median / base:.0f} times its one query"
    return Figure(f"{page.name}: {told}; p95", percentile(took, 95), "ms", GOAL)


@contextmanager
def _counting() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield statements


def _milliseconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _somebody() -> Client:
    """A browser of somebody who may see everything."""
    person = get_user_model().objects.create_superuser("bench")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person)
    return client
