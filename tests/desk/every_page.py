"""The address of every page of the desk and the admin, found where pages are registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from bookings import customers
from bookings.clients import ApiClient
from bookings.feeds import CalendarFeed
from bookings.importing.kept import ImportFile
from operations import jobs, rehearsing, work
from operations.incidents import Incident
from tests.desk.people.acting import somebody
from tests.desk.people.test_in_a_browser import fail
from tests.desk.stuck import BUILDERS
from tests.factories import BookingFactory, DeliveryFactory, EnquiryFactory

# What answers presses or programs, or leads on; the pages of one's own account have tests of their own.
NO_PAGES = {
    *("desk_take_over", "desk_people", "desk_keep_view", "desk_drop_view", "desk_campaign_progress"),
    *(
        "staff-known",
        "report-table",
        "export-file",
        "export-everything",
        "hours-why",
        "hours-close",
        "hours-reopen",
    ),
    *("hours-away", "hours-back", "import-sample"),
    *("login", "logout", "password_change_done", "autocomplete", "jsi18n", "view_on_site", "app_list"),
    *("admin_password_reset", "bookings_preview_html"),
}
Crowd = Mapping[str, Any]


def crowd() -> dict[str, Any]:
    """One record in every condition, and whatever else the pages tell of."""
    jobs.declare(work.jobs().values())
    made = {code: build() for code, build in BUILDERS.items()}
    made["rehearsal"] = rehearsing.Rehearsal.objects.create(
        drill="failed_booking", started_by_id=somebody("Rita", "newcomer").pk, until="2027-01-01T00:00Z"
    )
    fail(DeliveryFactory(booking=BookingFactory(accepted=True)))
    made["incident"] = Incident.objects.get()
    EnquiryFactory()
    customers.collect()
    ApiClient.objects.create(slug="guide", name="City guide")
    made["import"] = ImportFile.objects.create(
        key=uuid4(), location=made["bookings.failed"].location, form="generic", content="start,name\nx,Anna\n"
    )
    made["import_customers"] = ImportFile.objects.create(
        key=uuid4(), form="generic", content="name,email\nAnna,anna@example.com\n,\n"
    )
    failed, tomorrow = made["bookings.failed"], timezone.now() + timedelta(days=1)
    away = {"starts_at": tomorrow, "ends_at": tomorrow + timedelta(hours=1)}
    made["closure"] = failed.location.closures.create(**away)
    made["absence"] = failed.resource.absences.create(**away)
    CalendarFeed.objects.create(location=made["bookings.failed"].location)
    return made


def desk(made: Crowd) -> dict[str, str]:
    """By name, every page that is ours."""
    plain = {name: reverse(name) for name, arguments in _routes() if not arguments}
    return plain | _with_arguments(made) | _special(made)


def routes() -> set[str]:
    """The names of all of them, as they are registered."""
    return {name for name, _arguments in _routes()}


def lists_and_records(made: Crowd) -> dict[str, str]:
    """By condition, its list and the record in it."""
    lists = {code: reverse("admin:desk_condition", args=[code]) for code in BUILDERS}
    records = {f"{code} 1": reverse("admin:desk_record", args=[code, made[code].pk]) for code in BUILDERS}
    return lists | records


def models() -> dict[str, str]:
    """By model, its list and one of its records."""
    found = {}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found[f"{model.__name__} list"] = reverse(f"{name}_changelist")
        if record := model._base_manager.order_by("-pk").first():
            found[model.__name__] = reverse(f"{name}_change", args=[record.pk])
    return found


def _with_arguments(made: Crowd) -> dict[str, str]:
    failed = made["bookings.failed"]
    place, campaign = failed.location.slug, made["operations.campaign_stopped"].pk
    arguments: dict[str, list[Any]] = {
        "admin:desk_campaign": [campaign],
        "admin:desk_campaign_ledger": [campaign],
        "admin:desk_campaign_new": ["notifications.dead"],
        "admin:desk_condition": ["bookings.failed"],
        "admin:desk_export": ["bookings.booking", failed.pk],
        "admin:desk_incident": [made["incident"].pk],
        "admin:desk_proof": [made["operations.promise_broken"].pk],
        "admin:desk_record": ["bookings.failed", failed.pk],
        "admin:desk_rehearsal": [made["rehearsal"].pk],
        "admin:desk_runbook": ["bookings.failed"],
        "calendar": [place],
        "import-file": [place],
        "import-rows": [place, made["import"].pk],
        "import-customer-rows": [made["import_customers"].pk],
        "hours": [place],
        "hours-closed": [place, made["closure"].pk],
        "hours-gone": [place, failed.resource.slug, made["absence"].pk],
        "hours-of": [place, failed.resource.slug],
        "hours-service": [place, failed.service.slug],
        "staff-book": [place],
        "staff-booking": [place, failed.pk],
        "staff-change": [place, failed.pk],
        "staff-move": [place, failed.pk],
        "staff-requests": [made["bookings.awaiting_staff"].location.slug],
        "staff-session": [place, failed.session_id],
    }
    return {name: reverse(name, args=given) for name, given in arguments.items()}


def _special(made: Crowd) -> dict[str, str]:
    """The same pages in other moods."""
    failed = made["bookings.failed"]
    condition = reverse("admin:desk_condition", args=["bookings.failed"])
    resolved = BookingFactory(accepted=True)
    search, preview = reverse("admin:desk_search"), reverse("admin:bookings_preview")
    return {
        "narrowed list": f"{condition}?within=72",
        "empty list": f"{condition}?after=2200-01-01T00:00:00Z~1",
        "found": f"{search}?{urlencode({'q': failed.reference})}",
        "nothing found": f"{search}?q=nobody",
        "resolved": reverse("admin:desk_record", args=["bookings.failed", resolved.pk]),
        "closed incidents": reverse("admin:desk_incidents") + "?show=closed",
        "week": reverse("calendar", args=[failed.location.slug]) + "?view=week",
        "admin:bookings_preview": f"{preview}?location={failed.location.slug}&kind=confirmation",
    }


def _routes() -> Iterator[tuple[str, tuple[str, ...]]]:
    generic = {"changelist", "add", "change", "delete", "history"}
    for route, name, arguments in _patterns(get_resolver().url_patterns):
        last = name.rpartition(":")[2]
        is_ours = route.startswith("admin/") and not route.startswith("admin/account/")
        if is_ours and last and last not in NO_PAGES and last.rpartition("_")[2] not in generic:
            yield name, arguments


def _patterns(
    listed: Iterable[Any], before: str = "", space: str = ""
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for each in listed:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            name = f"{space}:{each.name}" if space and each.name else each.name or ""
            yield route, name, tuple(each.pattern.converters)
        else:
            yield from _patterns(each.url_patterns, route, each.namespace or space)
