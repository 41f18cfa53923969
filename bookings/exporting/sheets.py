"""The records of each kind as rows of a table, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Model, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings import questions
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.offerings import Service
from bookings.places import Closure
from bookings.questions import Question
from bookings.resources import Absence, Resource
from notifications.models import Delivery

PAGE = 2000  # rows in memory at a time
ANSWER = ("question_code", "kind", "question", "version", "answer")


@dataclass(frozen=True)
class Sheet:
    """A kind of records; `columns` are the names in the file and the look-ups behind them."""

    code: str
    title: str | Promise
    model: type[Model]
    columns: dict[str, str]
    zone: str = ""
    """The look-up of the time zone in which the local times in the file are told."""

    def rows(self, records: QuerySet[Any] | None = None) -> Iterator[list[Any]]:
        """The heading and then every record (or those of `records`) in the order they were made."""
        yield list(self.columns)
        for zone, values in self._told(records, self.columns.values()):
            yield [_written(value, zone) for value in values]

    def _told(self, records: QuerySet[Any] | None, columns: Iterable[str]) -> Iterator[tuple[str, list[Any]]]:
        """The zone and the values of each record, a page at a time."""
        chosen = self.model._default_manager.all() if records is None else records
        zone = F(self.zone) if self.zone else Value("UTC")
        wanted = chosen.order_by("pk").values_list("pk", zone, *columns)
        found: list[Any] = []
        while True:
            found = list(wanted.filter(pk__gt=found[-1][0])[:PAGE] if found else wanted[:PAGE])
            for _pk, zone_name, *values in found:
                yield zone_name, values
            if len(found) < PAGE:
                return


@dataclass(frozen=True)
class AnswersSheet(Sheet):
    """What customers answered, a row for each question, with the words and the version that were asked."""

    def rows(self, records: QuerySet[Any] | None = None) -> Iterator[list[Any]]:
        """The heading and then every answer of every booking, in the order the bookings were made."""
        yield [*self.columns, *ANSWER]
        told = self.model._default_manager.all() if records is None else records
        for zone, (*known, answers) in self._told(
            told.exclude(answers={}), [*self.columns.values(), "answers"]
        ):
            about = [_written(value, zone) for value in known]
            for code, kept in answers.items():
                if isinstance(kept, dict) and "question" in kept:
                    yield [*about, code, *(_written(kept.get(name), zone) for name in ANSWER[1:])]


def _written(value: Any, zone: str) -> Any:
    """Moments as ISO 8601 by the clock of the place, with their offset; what is not there is empty."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    if isinstance(value, dict):
        return "; ".join(f"{question}: {answer}" for question, answer in questions.spoken(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else value


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


SHEETS = {
    sheet.code: sheet
    for sheet in (
        Sheet(
            "bookings",
            _("Bookings"),
            Booking,
            {
                "reference": "reference",
                "location": "location__slug",
                "service": "service__slug",
                "person": "resource__slug",
                "start": "starts_at",
                "end": "ends_at",
                **_same("status", "no_show", "name", "email", "phone", "notes", "answers", "language"),
                **_same("price", "deposit", "currency", "source", "cancelled_by", "cancel_reason"),
                "merged_into": "merged_into__reference",
                **_same("failure_code", "created_at", "updated_at", "version"),
            },
            "time_zone",
        ),
        Sheet(
            "customers",
            _("Customers"),
            Customer,
            {
                **_same("name", "email", "phone", "created_at", "seen_at", "blocked_at", "blocked_reason"),
                "same_as_email": "merged_into__email",
                "same_as_phone": "merged_into__phone",
            },
        ),
        Sheet(
            "enquiries",
            _("Enquiries"),
            Enquiry,
            {
                "reference": "reference",
                "location": "location__slug",
                **_same("status", "name", "email", "phone", "text", "answer", "language"),
                **_same("created_at", "updated_at"),
            },
            "location__time_zone",
        ),
        Sheet(
            "messages",
            _("Messages, without their texts"),
            Delivery,
            _same(
                *("reference", "location", "kind", "channel", "recipient", "status", "attempts"),
                *("created_at", "done_at", "failure_class", "failure_text", "external_id"),
            ),
        ),
        Sheet(
            "services",
            _("Services"),
            Service,
            {
                "location": "location__slug",
                **_same("slug", "name", "description", "minutes", "buffer_before_minutes"),
                **_same("buffer_after_minutes", "price", "deposit"),
                "currency": "location__currency",
                **_same("capacity", "max_people", "approval", "reminder_hours", "wait_list", "is_active"),
            },
        ),
        Sheet(
            "questions",
            _("Questions"),
            Question,
            {
                "location": "service__location__slug",
                "service": "service__slug",
                **_same("code", "kind", "text", "help_text", "choices", "is_required", "position"),
                **_same("version", "is_active"),
            },
        ),
        AnswersSheet(
            "answers",
            _("Answers and consents, with the version that was asked"),
            Booking,
            {
                "booking": "reference",
                "location": "location__slug",
                "service": "service__slug",
                "email": "email",
                "booked_at": "created_at",
            },
            "time_zone",
        ),
        Sheet(
            "closures",
            _("Closures"),
            Closure,
            {"location": "location__slug", "start": "starts_at", "end": "ends_at", **_same("reason")},
            "location__time_zone",
        ),
        Sheet(
            "absences",
            _("Absences"),
            Absence,
            {
                "location": "resource__location__slug",
                "person": "resource__slug",
                "start": "starts_at",
                "end": "ends_at",
                **_same("reason"),
            },
            "resource__location__time_zone",
        ),
        Sheet(
            "people",
            _("People and rooms"),
            Resource,
            {"location": "location__slug", **_same("slug", "name", "kind", "hours", "breaks", "is_active")},
        ),
    )
}
