"""The kinds of records that an organisation takes along, each with its columns."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.exporting import about
from bookings.exporting.about import AboutSheet
from bookings.exporting.sheets import AnswersSheet, Sheet
from bookings.message_texts import MessageText
from bookings.offerings import Requirement, Service
from bookings.places import Closure, Location
from bookings.questions import Question
from bookings.recurrence import Series
from bookings.resources import Absence, Resource
from bookings.sessions import Allocation
from bookings.waitlist.entry import WaitEntry
from notifications.models import Delivery
from operations.people.notes import Note
from operations.workflow import Event


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


PLACE = {"location": "location__slug"}
OF_A_SERVICE = {"location": "service__location__slug", "service": "service__slug"}
HELD = Allocation.objects.filter(session=OuterRef("session")).order_by("resource__slug")
SERVING = Resource.objects.filter(requirement=OuterRef("pk")).order_by("slug")
ABOUT = {"about": about.kind(), "reference": about.name(), "location": about.location()}
WORDS = ("status", "name", "email", "phone", "notes", "answers", "language")

OF_CUSTOMERS = (
    Sheet(
        "bookings",
        _("Bookings"),
        Booking,
        {
            **_same("reference"),
            **PLACE,
            "service": "service__slug",
            "person": "resource__slug",
            **_same("wants_resource"),
            "takes": ArraySubquery(HELD.values("resource__slug")),
            "start": "starts_at",
            "end": "ends_at",
            **_same("people", *WORDS[:1], "no_show", *WORDS[1:]),
            **_same("price", "deposit", "currency", "source", "cancelled_by", "cancel_reason"),
            "series": "series__reference",
            "merged_into": "merged_into__reference",
            **_same("waiting_for", "answer_until", "failure_code", "failure_text"),
            **_same("created_at", "updated_at", "version"),
        },
        "time_zone",
    ),
    AnswersSheet(
        "answers",
        _("Answers and consents, with the version that was asked"),
        Booking,
        {
            "booking": "reference",
            **PLACE,
            "service": "service__slug",
            "email": "email",
            "booked_at": "created_at",
        },
        "time_zone",
    ),
    Sheet(
        "series",
        _("Series"),
        Series,
        {
            **_same("reference"),
            **PLACE,
            "service": "service__slug",
            "every": "every",
            "missed": Cast("missed", TextField()),
            "left_out": Cast("left_out", TextField()),
            "created_at": "created_at",
        },
        "location__time_zone",
    ),
    Sheet(
        "wait_list",
        _("Wait list"),
        WaitEntry,
        {
            **_same("reference"),
            **PLACE,
            "service": "service__slug",
            "person": "resource__slug",
            **_same("day"),
            "start": "starts_at",
            **_same("until", *WORDS),
            "booking": "booking__reference",
            **_same("source", "created_at", "updated_at"),
        },
        "location__time_zone",
    ),
    Sheet(
        "customers",
        _("Customers"),
        Customer,
        {
            **_same("name", "email", "phone", "created_at", "seen_at", "blocked_at", "blocked_reason"),
            "same_as_email": "merged_into__email",
            "same_as_phone": "merged_into__phone",
            **_same("erase_asked_at", "forgotten_at"),
        },
    ),
    Sheet(
        "enquiries",
        _("Enquiries"),
        Enquiry,
        {
            **_same("reference"),
            **PLACE,
            **_same("status", "name", "email", "phone", "text", "answer", "language"),
            **_same("created_at", "updated_at"),
        },
        "location__time_zone",
    ),
    AboutSheet(
        "notes",
        _("Notes among staff"),
        Note,
        ABOUT | {"at": "at", "staff": about.staff(), "text": "text"},
        about.zone(),
        subjects=tuple(about.CALLED),
    ),
    Sheet(
        "messages",
        _("Messages, without their texts"),
        Delivery,
        {"message": "uid"}
        | _same(
            *("reference", "location", "kind", "channel", "recipient", "language", "status", "attempts"),
            *("created_at", "done_at", "opened_at", "failure_class", "failure_text", "external_id"),
        ),
    ),
    AboutSheet(
        "history",
        _("History"),
        Event,
        {
            **ABOUT,
            **_same("sequence", "at", "transition", "from_status", "to_status", "actor", "source"),
            "staff": about.staff(),
            "reason": "reason",
            "details": Cast("details", TextField()),
        },
        about.zone(),
        subjects=(Booking, Enquiry, WaitEntry, Delivery),
    ),
)

OF_THE_HOUSE = (
    Sheet(
        "places",
        _("Places"),
        Location,
        _same(
            *("slug", "name", "time_zone", "locale", "currency", "country", "subdivision", "opening_hours"),
            *("slot_step_minutes", "minimum_notice_minutes", "horizon_days", "cancel_until_hours"),
            *("address", "phone", "email", "colour", "how_to_pay", "text_messages", "staff_notices"),
            *("embed_parents", "about", "privacy_url", "legal_url", "keep_days", "is_active"),
        ),
    ),
    Sheet(
        "services",
        _("Services"),
        Service,
        {
            **PLACE,
            **_same("slug", "name", "description", "minutes", "hours", "buffer_before_minutes"),
            **_same("buffer_after_minutes", "price", "deposit"),
            "currency": "location__currency",
            **_same("capacity", "max_people", "approval", "answer_within_hours", "reminder_hours"),
            **_same("wait_list", "takes_place_online", "how_to_join"),
            **_same("requires_phone", "requires_notes", "position", "is_active"),
        },
    ),
    Sheet(
        "needs",
        _("What services need, and who may do them"),
        Requirement,
        {**OF_A_SERVICE, "kind": "kind", "one_of": ArraySubquery(SERVING.values("slug"))},
    ),
    Sheet(
        "questions",
        _("Questions"),
        Question,
        {
            **OF_A_SERVICE,
            **_same("code", "kind", "text", "help_text", "choices", "is_required", "position"),
            **_same("version", "is_active"),
        },
    ),
    Sheet(
        "message_texts",
        _("Your own texts of messages"),
        MessageText,
        {**PLACE, **_same("kind", "language", "subject", "intro", "updated_at")},
        "location__time_zone",
    ),
    Sheet(
        "closures",
        _("Closures"),
        Closure,
        {**PLACE, "start": "starts_at", "end": "ends_at", "reason": "reason"},
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
            "reason": "reason",
        },
        "resource__location__time_zone",
    ),
    Sheet(
        "people",
        _("People and rooms"),
        Resource,
        {**PLACE, **_same("slug", "name", "kind", "hours", "breaks", "position", "is_active")},
    ),
)

SHEETS = {sheet.code: sheet for sheet in (*OF_CUSTOMERS, *OF_THE_HOUSE)}
