"""Form submissions per second, beside a view of the same server that writes nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil
from django.conf import settings
from django.utils import timezone

from bookings.models import Booking, Location, Requirement, Resource, Service
from config import parts, preparation
from config.benchmarks.cluster import until
from config.benchmarks.figures import Figure
from config.benchmarks.load import fire
from config.benchmarks.size import Size
from operations import intents

CLIENTS, PLACES = 8, 8
COOKIE = "c" * 32


def measure(size: Size) -> list[Figure]:
    """Requests per second of both, their ratio, and the memory of a web process."""
    per_client = size.forms_per_client
    services = [place(number) for number in range(PLACES)]
    before = Booking.objects.count()
    with _server() as process:
        address = ("127.0.0.1", settings.PORT)
        fire(address, CLIENTS, lambda _client: [_get("/healthz")] * 50)
        empty = fire(address, CLIENTS, lambda _client: [_get("/healthz")] * 4 * per_client)
        forms = fire(address, CLIENTS, lambda client: [_post(services, client, n) for n in range(per_client)])
        memory = max(child.memory_info().rss for child in process.children(recursive=True)) / 2**20
    booked = Booking.objects.count() - before
    assert booked == forms.statuses[303] == CLIENTS * per_client, (booked, forms.statuses)
    return [
        Figure("view that writes nothing", empty.per_second, "/s"),
        Figure(
            "form submissions, every guarantee on",
            forms.per_second,
            "/s",
            "324: four times the fastest looked at",
        ),
        Figure("ratio of the two", forms.per_second / empty.per_second, "", "≥ 0.30"),
        Figure("memory of a web process", memory, "MiB", "< 150"),
    ]


def place(number: int) -> Service:
    location = Location.objects.create(
        slug=f"bench-{timezone.now():%H%M%S%f}-{number}",
        name=f"Bench {number}",
        time_zone="UTC",
        opening_hours="24/7",
        slot_step_minutes=5,
        minimum_notice_minutes=0,
        horizon_days=60,
    )
    service = Service.objects.create(location=location, slug="short", name="Short", minutes=5)
    Requirement.objects.create(service=service, kind="person")
    Resource.objects.bulk_create(
        Resource(location=location, slug=f"person-{each}", name=f"Person {each}") for each in range(4)
    )
    return service


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def _post(services: list[Service], client: int, number: int) -> bytes:
    """A form of its own for a free time: clients meet at the same places, not at the same moment."""
    service = services[(client + number) % len(services)]
    tomorrow = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    start = tomorrow + timedelta(days=client, minutes=5 * number)
    body = urlencode(
        {
            "csrfmiddlewaretoken": COOKIE,
            "request_id": intents.issue(),
            "start": start.isoformat(),
            "resource": "",
            "name": f"Customer {client}.{number}",
            "email": f"customer{client}.{number}@example.com",
        }
    )
    return (
        f"POST /{service.location.slug}/{service.slug}/book/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: csrftoken={COOKIE}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@contextmanager
def _server() -> Iterator[psutil.Process]:
    """The same web server as in use, until it answers."""
    part = parts.web()
    preparation.metrics(parts.metrics_folder())
    started = subprocess.Popen(part.command, cwd=settings.BASE_DIR, env=part.environment())
    try:
        until(_answers, every_seconds=0.2)
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(timeout=20)


def _answers() -> bool:
    try:
        urlopen(f"http://127.0.0.1:{settings.PORT}/readyz", timeout=2).close()
    except OSError:
        return False
    return True
