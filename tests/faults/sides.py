"""Looks at one message from four sides, each as whoever stands there sees it, and compares."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from io import StringIO

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from notifications import channels
from notifications.models import Delivery
from operations.attempts import Attempt
from tests.faults.cases import Desk, Expected
from tests.misbehaving_smtp import MisbehavingSMTP

MOMENT = re.compile(r"\b\d{1,2}:\d{2}(?: on [A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]{2,3})?")
LINE = re.compile(
    r'<li data-message="([\w.]+)" data-message-status="(\w+)".*?</strong>(.*?)</span></li>', re.DOTALL
)
MARK = "You may already have this"
MESSAGE = "notifications.delivery"


@dataclass
class Sides:
    """The four sides of one message; `arrived` is the text of each copy that its receiver has."""

    delivery: Delivery
    arrived: list[str]
    kept: str = ""
    record: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.record = Delivery.objects.get(pk=self.delivery.pk)

    def show(self, expected: Expected) -> None:
        """Raise AssertionError where one of the sides is not as it should be."""
        connection.check_constraints()  # no change without its event, as at a commit
        assert expected.copies in (None, len(self.arrived)), "the receiver"
        assert sum(MARK in text for text in self.arrived) == expected.marked, "the receiver's marked copies"
        self._record(expected)
        self._customer(expected)
        self._desk(expected)

    def _record(self, expected: Expected) -> None:
        record, wanted = self.record, expected.record
        said = (record.status, record.failure_class, record.attempts)
        assert said == (wanted.status, wanted.failure_class, wanted.attempts), f"the record: {said}"
        outcomes = tuple(Attempt.objects.of(record).values_list("outcome", flat=True))
        assert wanted.outcomes in (None, outcomes), f"its attempts: {outcomes}"
        _same(record.failure_text, self.kept)
        channel = channels.find(record.channel)
        assert channel.status == expected.channel, f"the channel: {channel.status}"
        if expected.due_in:
            soonest, latest = expected.due_in
            assert soonest <= (record.next_at - timezone.now()).total_seconds() <= latest

    def _customer(self, expected: Expected) -> None:
        lines = customer_lines(self.record)
        if expected.customer:
            assert (self.record.kind, self.record.status, expected.customer) in lines, (
                f"the customer: {lines}"
            )
        else:
            assert (self.record.kind, self.record.status) not in {line[:2] for line in lines}

    def _desk(self, expected: Expected) -> None:
        listed = desk_list(self.record)
        assert sorted(listed) == sorted(desk.condition for desk in expected.desk), f"the desk: {list(listed)}"
        for desk in expected.desk:
            entry = listed[desk.condition]
            _same(_timeless(entry["explanation"]), self._filled(desk.why))
            assert tuple(remedy["code"] for remedy in entry["remedies"]) == desk.ways
            self._desk_page(desk, entry)

    def _desk_page(self, desk: Desk, entry: dict[str, str]) -> None:
        """The page shows the same, and quotes the customer's page word by word."""
        page = _timeless(
            _words(_staff().get(reverse("admin:desk_record", args=[desk.condition, entry["id"]])))
        )
        for words in (entry["explanation"], entry["customer_text"], self._filled(desk.by_itself)):
            assert _timeless(words) in page
        if entry["model"] == MESSAGE and (line := self._customers_words()):
            assert _timeless(entry["customer_text"]).lower().endswith(line.lower())

    def _customers_words(self) -> str:
        line = (self.record.kind, self.record.status)
        return next((text for *found, text in customer_lines(self.record) if tuple(found) == line), "")

    def _filled(self, words: str) -> str:
        return words.replace("{kept}", self.kept).replace("{channel}", self.record.channel)


def by_mail(delivery: Delivery, server: MisbehavingSMTP, kept: str = "") -> Sides:
    """The sides of a message that leaves by mail."""
    arrived = [mail.text for mail in server.received if mail.message_id == delivery.message_id]
    return Sides(delivery, arrived, kept)


def customer_lines(delivery: Delivery) -> list[tuple[str, str, str]]:
    """Kind, status and sentence of each message on the page of the booking."""
    booking = Booking.objects.get(reference=delivery.reference)
    page = Client().get(f"/b/{booking.token}/").content.decode()
    return [
        (kind, status, _timeless(html.unescape(said).strip())) for kind, status, said in LINE.findall(page)
    ]


def desk_list(delivery: Delivery) -> dict[str, dict[str, object]]:
    """What `recover list` says of the message and the ways out, by condition."""
    said = StringIO()
    call_command("recover", "list", "--json", stdout=said)
    entries = [each for each in json.loads(said.getvalue()) if each["model"].startswith("notifications.")]
    others = [each for each in entries if each["model"] == MESSAGE and each["id"] != delivery.pk]
    return {entry["condition"]: entry for entry in entries if entry not in others}


def _staff() -> Client:
    browser = Client()
    browser.force_login(User.objects.get_or_create(username="owner", is_staff=True, is_superuser=True)[0])
    return browser


def _words(response: object) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())  # type: ignore[attr-defined]
    return " ".join(html.unescape(text).split())


def _timeless(words: object) -> str:
    return MOMENT.sub("⟨time⟩", " ".join(str(words).split()))


def _same(said: str, wanted: str) -> None:
    pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
    assert re.fullmatch(pattern, said, re.DOTALL), f"{said!r} is not {wanted!r}"
