"""Staff of one location: what they see, find, count, choose and press is theirs, and the rest is noted."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from bookings.models import Assignment, Booking, Customer
from bookings.places import Location
from operations import intents, reach, recovery, roles
from operations.history import Event
from operations.repair import RecoveryAttempt, Result
from tests.desk.staff import filled, forms, page_of
from tests.desk.stuck import BUILDERS, each_condition
from tests.factories import BookingFactory, DeliveryFactory, EnquiryFactory, LocationFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db
CHANGE = "admin:bookings_booking_change"
BOOKINGS = reverse("admin:bookings_booking_changelist")


def staff(*places: Location, role: str = roles.FRONT_DESK, name: str = "here") -> User:
    person = User.objects.create_user(username=name, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    Assignment.objects.create(user=person).locations.set(places)
    return person


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def ours() -> Any:
    return BookingFactory(failed=True, name="Anna Ours")


@pytest.fixture
def theirs() -> Any:
    return BookingFactory(failed=True, name="Theo Theirs")


@pytest.fixture
def at_home(ours: Any, theirs: Any) -> Client:
    assert ours.location_id != theirs.location_id
    return browser_of(staff(ours.location))


def text_of(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return str(Page(answer, path).text)


@each_condition
def test_no_condition_shows_or_counts_what_is_elsewhere(condition):
    record = build_elsewhere(condition)
    browser = browser_of(staff(LocationFactory(), role=roles.OWNER))

    listed = browser.get(reverse("admin:desk_condition", args=[condition.code]))

    if reach.may_meet(User.objects.get(), condition.model):
        assert listed.status_code == 200
        assert listed.context["count"].number == 0
        assert listed.context["page"].matters == []
    else:
        assert listed.status_code == 403
    assert condition.records().filter(pk=record.pk).exists()  # whoever is not limited sees it


@each_condition
def test_a_direct_address_elsewhere_is_refused_and_written_down(condition):
    record = build_elsewhere(condition)
    person = staff(LocationFactory(), role=roles.OWNER)
    browser, path = browser_of(person), page_of(condition, record)
    codes = [remedy.code for remedy in condition.remedies]
    before = type(record).objects.filter(pk=record.pk).values().get()

    seen = browser.get(path)
    pressed = [
        browser.post(path, {"remedy": code, "reason": "just trying", "version": "1"}) for code in codes
    ]

    assert seen.status_code == 403
    assert [answer.status_code for answer in pressed] == [403] * len(codes)
    kept = RecoveryAttempt.objects.order_by("pk").values_list("remedy", "result", "subject_id", "user_id")
    assert list(kept) == [(code, Result.REFUSED, record.pk, person.pk) for code in ["look", *codes]]
    assert type(record).objects.filter(pk=record.pk).values().get() == before


def test_the_overview_counts_and_shows_what_is_theirs(at_home):
    text = text_of(at_home, reverse("admin:desk"))

    assert "Anna Ours" in text
    assert "Theo Theirs" not in text
    overview = at_home.get(reverse("admin:desk")).context["overview"]
    assert [summary.count.number for summary in overview.needs_person] == [1]


def test_the_start_page_counts_what_is_theirs(at_home):
    assert at_home.get("/admin/").context["overview"].total.number == 1


def test_a_remedy_works_at_home(at_home, ours):
    condition = recovery.conditions()["bookings.failed"]
    path = page_of(condition, ours)

    answer = at_home.post(path, filled(forms(at_home, path)["cancel"]))

    assert answer.status_code == 303
    assert Booking.objects.get(pk=ours.pk).status == "cancelled"


def test_lists_searches_and_filters_stay_at_home(at_home, ours, theirs):
    elsewhere = f"?location__id__exact={theirs.location_id}"
    for query in (
        "",
        f"?q={theirs.reference}",
        f"?q={theirs.email}",
        "?attention=bookings.failed",
        elsewhere,
    ):
        assert "Theo Theirs" not in text_of(at_home, BOOKINGS + query), query
    assert "Anna Ours" in text_of(at_home, f"{BOOKINGS}?q={ours.reference}")
    assert "1 booking" in text_of(at_home, BOOKINGS)
    assert "Failed, can be tried again (1)" in text_of(at_home, BOOKINGS)


def test_filters_offer_only_ones_own_locations(at_home, ours, theirs):
    text = text_of(at_home, BOOKINGS)

    assert theirs.location.name not in text


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_another_locations_record_is_refused_in_the_admin_and_written_down(at_home, theirs, page):
    answer = at_home.get(reverse(f"admin:bookings_booking_{page}", args=[theirs.pk]))

    assert answer.status_code == 403
    attempt = RecoveryAttempt.objects.get()
    assert (attempt.subject_model, attempt.subject_id) == ("bookings.booking", theirs.pk)
    assert (attempt.remedy, attempt.result) == ("look", Result.REFUSED)


def test_what_does_not_exist_is_not_told_apart_by_an_error(at_home):
    assert at_home.get(reverse(CHANGE, args=[999_999])).status_code == 302
    assert not RecoveryAttempt.objects.exists()


def test_actions_in_a_list_leave_alone_what_is_elsewhere(at_home, ours, theirs):
    data = {
        "action": "bookings.failed:cancel",
        ACTION_CHECKBOX_NAME: [ours.pk, theirs.pk],
        "shown": [f"{ours.pk}-{ours.version}", f"{theirs.pk}-{theirs.version}"],
        "reason": "storm",
        "request_id": intents.issue(),
    }

    asked = at_home.post(BOOKINGS, {key: data[key] for key in ("action", ACTION_CHECKBOX_NAME)})
    at_home.post(BOOKINGS, data)

    assert "Theo Theirs" not in asked.content.decode()
    assert Booking.objects.get(pk=ours.pk).status == "cancelled"
    assert Booking.objects.get(pk=theirs.pk).status == "failed"
    refused = RecoveryAttempt.objects.get(subject_id=theirs.pk)
    assert (refused.remedy, refused.result) == ("cancel", Result.REFUSED)


def test_of_a_request_that_is_elsewhere_nothing_is_said_and_the_press_is_noted():
    ours, theirs = BookingFactory(waiting=True), BookingFactory(waiting=True, name="Theo Theirs")
    browser = browser_of(staff(ours.location))
    path = reverse("staff-requests", args=[ours.location.slug])
    form = Page(browser.get(path), path).form(having="request_id")

    browser.post(path, form.fields | {"answer": "accept", "shown": [f"{theirs.pk}-{theirs.version}"]})

    text = text_of(browser, path)
    assert "Theo Theirs" not in text
    assert theirs.reference not in text
    assert Booking.objects.get(pk=theirs.pk).status == "submitted"
    assert RecoveryAttempt.objects.get(subject_id=theirs.pk).result == Result.REFUSED


def test_messages_and_enquiries_are_their_locations_too(ours, theirs):
    DeliveryFactory(booking=ours, dead=True)
    elsewhere = DeliveryFactory(booking=theirs, dead=True)
    enquiry = EnquiryFactory(location=theirs.location)
    browser = browser_of(staff(ours.location))

    text = text_of(browser, reverse("admin:notifications_delivery_changelist"))

    assert ours.reference in text
    assert theirs.reference not in text
    for path in (
        reverse("admin:notifications_delivery_change", args=[elsewhere.pk]),
        reverse("admin:bookings_enquiry_change", args=[enquiry.pk]),
    ):
        assert browser.get(path).status_code == 403


def test_every_list_of_the_admin_is_narrowed_or_closed(ours, theirs):
    """Generated over all that is registered: a new admin is closed to limited staff until it says where."""
    person = staff(ours.location, role=roles.OWNER)
    browser = browser_of(person)
    met = {model for model in admin.site._registry if reach.may_meet(person, model)}
    narrowed = met | {Customer}  # of no place: by where they booked, see tests/bookings/test_customers.py

    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert browser.get(reverse(name)).status_code == (200 if model in narrowed else 403), model
    assert {Booking, Location} <= met
    assert {Event, RecoveryAttempt, User} & met == set()


def test_a_limited_owner_chooses_among_ones_own(ours, theirs):
    browser = browser_of(staff(ours.location, role=roles.OWNER))
    path = reverse("admin:bookings_service_add")

    page = browser.get(path).content.decode()
    made = browser.post(
        path,
        {
            **dict.fromkeys(("minutes", "capacity", "price", "position", "answer_within_hours"), "1"),
            "location": theirs.location_id,
            "name": "Smuggled",
            "slug": "smuggled",
        },
    )

    assert ours.location.name in page
    assert theirs.location.name not in page
    assert "location" in made.context["adminform"].form.errors
    assert browser.get(reverse("admin:bookings_location_add")).status_code == 403


def test_a_limited_owner_does_not_look_after_accounts(ours):
    browser = browser_of(staff(ours.location, role=roles.OWNER))

    assert browser.get(reverse("admin:auth_user_changelist")).status_code == 403
    assert browser.get(reverse("admin:auth_user_add")).status_code == 403
    assert browser.get(reverse("admin:auth_group_changelist")).status_code == 403


def test_several_locations_and_none(ours, theirs):
    both = browser_of(staff(ours.location, theirs.location, name="both"))
    nowhere = browser_of(staff(name="nowhere"))

    assert {"Anna Ours", "Theo Theirs"} <= set(named(text_of(both, BOOKINGS)))
    assert not named(text_of(nowhere, BOOKINGS))


def test_a_location_that_goes_away_opens_no_other():
    place = LocationFactory()
    person = staff(place)
    place.delete()

    assert reach.places_of(User.objects.get(pk=person.pk)) == frozenset()


def test_a_superuser_is_never_limited(ours, theirs):
    person = staff(ours.location)
    User.objects.filter(pk=person.pk).update(is_superuser=True)

    assert {"Anna Ours", "Theo Theirs"} <= set(named(text_of(browser_of(person), BOOKINGS)))


def test_the_eyes_of_one_person_are_not_left_to_the_next(at_home, ours, theirs):
    at_home.get(reverse("admin:desk"))

    assert recovery.conditions()["bookings.failed"].records().count() == 2


def named(text):
    return [name for name in ("Anna Ours", "Theo Theirs") if name in text]


def build_elsewhere(condition):
    """A record in that condition, at a location of its own or, if it has none, at no location."""
    return BUILDERS[condition.code]()
