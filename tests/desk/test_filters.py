"""Lists narrowed by what their app declares, and kept under a name by whoever narrowed them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from operations.incidents import Incident
from operations.people.claims import Claim
from operations.people.saved_views import SavedView
from tests.desk.staff import client, user
from tests.factories import BookingFactory, DeliveryFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db
FAILED = "/admin/desk/bookings.failed/"


def listed(path, role="owner"):
    return Page(client(role).get(path), path)


def test_a_list_is_narrowed_to_one_location():
    here, there = BookingFactory(failed=True, name="Anna Here"), BookingFactory(failed=True, name="Ben There")

    text = listed(f"{FAILED}?location__slug={here.location.slug}").text

    assert "Anna Here" in text
    assert there.name not in text


def test_messages_are_narrowed_by_the_class_of_their_failure():
    DeliveryFactory(dead=True, recipient="a@example.com", booking=None)
    other = DeliveryFactory(dead=True, recipient="b@example.com", booking=None)
    type(other).objects.filter(pk=other.pk).update(failure_class="bug")

    page = listed("/admin/desk/notifications.dead/?failure_class=bug")

    assert "b@example.com" in page.text
    assert "a@example.com" not in page.text


def test_a_list_is_narrowed_to_what_matters_soon():
    BookingFactory(failed=True, name="Soon", starts_at=timezone.now() + timedelta(hours=20))
    BookingFactory(failed=True, name="Later", starts_at=timezone.now() + timedelta(hours=50))

    text = listed(f"{FAILED}?within=24").text

    assert "Soon" in text
    assert "Later" not in text


@pytest.mark.parametrize(
    "query", ["within=x", "within=999999999", "email=a", "location__slug=%00", "show=%00&fingerprint=%00"]
)
def test_what_nobody_declared_narrows_nothing(query):
    booking = BookingFactory(failed=True)

    assert booking.name in listed(f"{FAILED}?{query}").text


def test_only_columns_with_a_choice_are_offered():
    booking = BookingFactory(failed=True)
    assert 'name="location__slug"' not in listed(FAILED).html

    BookingFactory(failed=True)

    assert f'<option value="{booking.location.slug}">' in listed(FAILED, "auditor").html


def test_a_narrowed_list_is_kept_under_a_name_by_one_person_for_herself():
    BookingFactory(failed=True)
    mine, theirs = client("front desk"), client("auditor")

    for _ in range(2):
        mine.post("/admin/desk/views/bookings.failed/", {"name": "Today", "query": "within=24&junk=1"})

    assert list(SavedView.objects.values_list("name", "query")) == [("Today", "within=24")]
    assert "?within=24" in Page(mine.get(FAILED), FAILED).links
    assert "Today" not in Page(theirs.get(FAILED), FAILED).text


def test_nobody_forgets_the_view_of_somebody_else():
    mine, theirs = client("front desk"), client("auditor")
    mine.post("/admin/desk/views/bookings.failed/", {"name": "Today", "query": "within=24"})
    path = f"/admin/desk/views/bookings.failed/{SavedView.objects.get().pk}/"

    theirs.post(path)
    assert SavedView.objects.exists()

    mine.post(path)
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_refused_and_says_so():
    browser = client("owner")

    answer = browser.post("/admin/desk/views/bookings.failed/", {"name": " ", "query": "within=24"})

    assert "Please write something." in browser.get(answer["Location"]).content.decode()
    assert not SavedView.objects.exists()


def test_whoever_may_not_see_the_list_keeps_no_view_of_it():
    answer = client("newcomer").post("/admin/desk/views/bookings.failed/", {"name": "x", "query": ""})

    assert answer.status_code == 403


def test_a_list_is_narrowed_to_what_one_colleague_is_on():
    mine, free = BookingFactory(failed=True, name="Anna Held"), BookingFactory(failed=True, name="Ben Free")
    colleague = user("front desk")
    Claim.objects.create(
        subject_model="bookings.booking",
        subject_id=mine.pk,
        user_id=colleague.pk,
        until=timezone.now() + timedelta(hours=1),
    )

    page = listed(f"{FAILED}?person={colleague.pk}")

    assert mine.name in page.text
    assert free.name not in page.text
    assert f'<option value="{colleague.pk}" selected>' in page.html


def test_a_list_is_narrowed_to_a_day():
    day = timezone.now().replace(hour=12) + timedelta(days=3)
    BookingFactory(failed=True, name="That Day", starts_at=day)
    BookingFactory(failed=True, name="Next Day", starts_at=day + timedelta(days=1))

    text = listed(f"{FAILED}?day={day:%Y-%m-%d}").text

    assert "That Day" in text
    assert "Next Day" not in text


def test_messages_are_narrowed_by_the_service_they_are_about():
    one, other = DeliveryFactory(dead=True), DeliveryFactory(dead=True)
    service = one.message.booking.service.name

    text = listed(f"/admin/desk/notifications.dead/?message__booking__service__name={service}").text

    assert one.reference in text
    assert other.reference not in text


def test_kinds_of_failure_are_offered_with_their_names():
    now = timezone.now()
    Incident.objects.create(
        fingerprint="a" * 16,
        effect_model="notifications.delivery",
        failure_class="permanent",
        channel="email",
        code="550",
        first_at=now,
        seen_at=now,
    )
    DeliveryFactory(dead=True)

    html = listed("/admin/desk/notifications.dead/").html

    assert (
        f'<option value="{"a" * 16}">E-mail: there is no such address, or it takes no mail (550)</option>'
        in html
    )


@pytest.mark.parametrize(
    "query", ["day=x", "day=2026-13-01", "day=9999-12-31", "person=x", "person=-1", "person=²"]
)
def test_what_is_no_day_and_nobody_narrows_nothing(query):
    booking = BookingFactory(failed=True)

    assert booking.name in listed(f"{FAILED}?{query}").text
