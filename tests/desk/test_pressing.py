"""What a press answers: done, done before, stale, resolved, refused, incomplete; never a crash."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bookings.models import Booking
from operations import intents, recovery
from operations.history import Event
from operations.repair import RecoveryAttempt, Result
from tests.desk.staff import client, filled, forms, messages, page_of, press
from tests.desk.stuck import BUILDERS
from tests.factories import STAFF, BookingFactory, advance
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed():
    return recovery.conditions()["bookings.failed"]


@pytest.fixture
def waiting():
    return recovery.conditions()["bookings.awaiting_staff"]


@pytest.fixture
def owner():
    return client("owner")


def test_a_press_leads_back_to_the_list_and_says_what_was_done(failed, owner):
    booking = BookingFactory(failed=True, name="Anna Berg")

    response = press(owner, failed, booking, "cancel")

    assert (response.status_code, response["Location"]) == (303, "/admin/desk/bookings.failed/")
    assert "Done: “Cancel and tell the customer” for Anna Berg" in messages(response)


def test_the_reason_the_person_and_the_request_stand_in_the_event(failed, owner):
    booking = BookingFactory(failed=True)

    press(owner, failed, booking, "cancel", reason="She moved away.")

    event = Event.objects.of(booking).get(transition="cancel")
    assert (event.actor, event.source, event.reason) == ("staff", "desk", "She moved away.")
    assert event.user_id == int(owner.session["_auth_user_id"])
    assert event.request_id is not None


def test_the_same_form_twice_is_told_that_nothing_was_done_twice(failed, owner):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    data = filled(forms(owner, path)["cancel"])
    owner.post(path, data)

    response = owner.post(path, data)

    assert response.status_code == 303
    assert "Nothing was done twice" in messages(response)
    assert intents.Intent.objects.get(scope="desk:cancel").repeats == 1


def test_the_same_form_with_another_reason_is_answered_with_what_came_of_it(failed, owner):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    form = forms(owner, path)["cancel"]
    owner.post(path, filled(form, reason="first"))

    response = owner.post(path, filled(form, reason="second"))

    assert response.status_code == 409
    assert "Resolved" in Page(response, path).text


def test_a_stale_page_changes_nothing_and_says_what_changed(waiting, owner):
    booking = BUILDERS[waiting.code]()
    path = page_of(waiting, booking)
    data = filled(forms(owner, path)["accept"])
    advance(booking, "correct_email", STAFF, email="new@example.com")

    response = owner.post(path, data)

    page = Page(response, path)
    assert response.status_code == 409
    assert "This has changed since you opened the page." in page.text
    assert "E-mail address corrected" in page.text
    assert Booking.objects.get(pk=booking.pk).status == "submitted"
    assert RecoveryAttempt.objects.get().result == Result.STALE


def test_after_a_stale_press_the_page_has_what_was_typed_and_the_next_press_works(waiting, owner):
    booking = BUILDERS[waiting.code]()
    path = page_of(waiting, booking)
    data = filled(forms(owner, path)["accept"], reason="agreed on the phone")
    advance(booking, "correct_email", STAFF, email="new@example.com")

    page = Page(owner.post(path, data), path)
    again = next(form for form in page.forms if form.fields.get("remedy") == "accept")

    assert again.fields["reason"] == "agreed on the phone"
    assert owner.post(path, again.fields).status_code == 303


def test_a_press_on_what_somebody_else_resolved_says_so(failed, owner):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    data = filled(forms(owner, path)["retry"])
    advance(booking, "cancel", STAFF, by="staff")

    response = owner.post(path, data)

    assert (response.status_code, response["Location"]) == (303, path)
    assert "Already resolved" in messages(response)
    assert RecoveryAttempt.objects.get().result == Result.ALREADY_RESOLVED


def test_a_refusing_remedy_says_why_and_has_no_form(failed, owner):
    booking = BookingFactory(failed=True, starts_at=timezone.now() - timedelta(hours=1))

    page = Page(owner.get(page_of(failed, booking)), "")

    assert "Its time has passed." in page.text
    assert "retry" not in {form.fields.get("remedy") for form in page.forms}


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"reason": "   "}, 422, "the reason"),
        ({"reason": "x" * 501}, 422, "too long"),
        ({"reason": "a\x00b"}, 422, "cannot be stored"),
        ({"version": ""}, 428, "lost track"),
        ({"version": "1; drop table"}, 428, "lost track"),
        ({"version": "9" * 30}, 428, "lost track"),
        ({"request_id": ""}, 400, "lost its number"),
        ({"request_id": str(uuid.uuid4())}, 400, "lost its number"),
        ({"remedy": "nonsense"}, 400, "does not know the button"),
    ],
)
def test_an_incomplete_or_forged_form_uses_nothing_up(failed, owner, changed, status, said):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    data = filled(forms(owner, path)["cancel"])

    response = owner.post(path, data | changed)

    assert response.status_code == status
    assert said in Page(response, path).text
    assert Booking.objects.get(pk=booking.pk).version == booking.version
    assert owner.post(path, data).status_code == 303


def test_what_a_remedy_asks_is_required(owner):
    condition = recovery.conditions()["bookings.cancelled_by_staff"]
    booking = BUILDERS[condition.code]()

    response = press(owner, condition, booking, "acknowledge", evidence="")

    page = Page(response, "")
    assert response.status_code == 422
    assert "How do you know?" in page.text
    assert (
        next(form for form in page.forms if "evidence" in form.fields).fields["reason"] == "somebody called"
    )


def test_a_request_id_of_another_day_must_be_confirmed_again(failed, owner, time_machine):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    data = filled(forms(owner, path)["cancel"])
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    owner.force_login(User.objects.get())  # nobody stays logged in for so long

    response = owner.post(path, data)

    assert response.status_code == 409
    assert Booking.objects.get(pk=booking.pk).status == "failed"


@pytest.mark.parametrize("path", ["/admin/desk/bookings.failed/999999999/", "/admin/desk/nonsense/"])
def test_what_does_not_exist_is_not_found(owner, path):
    assert owner.get(path).status_code == 404


def test_an_id_beyond_all_numbers_is_not_found(owner):
    assert owner.get("/admin/desk/bookings.failed/99999999999999999999999/").status_code == 404


def test_a_record_that_left_the_list_is_shown_as_resolved(failed, owner):
    booking = BookingFactory(accepted=True)

    page = Page(owner.get(page_of(failed, booking)), "")

    assert page.status == 200
    assert "Resolved" in page.text
    assert not [form for form in page.forms if "remedy" in form.fields]


@pytest.mark.django_db(transaction=True)
def test_eight_people_press_at_once_and_one_is_applied(failed):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    browsers = [client_number(number) for number in range(8)]
    data = [filled(forms(browser, path)["cancel"]) for browser in browsers]

    responses = race(8, lambda number: browsers[number].post(path, data[number]))

    assert [response.status_code for response in responses] == [303] * 8
    results = sorted(RecoveryAttempt.objects.values_list("result", flat=True))
    assert results == [Result.ALREADY_RESOLVED] * 7 + [Result.APPLIED]
    assert Event.objects.of(booking).filter(transition="cancel").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_eight_times_at_once_is_one_recovery(failed):
    booking = BookingFactory(failed=True)
    path = page_of(failed, booking)
    browsers = [client_number(number) for number in range(8)]
    data = filled(forms(browsers[0], path)["cancel"])

    responses = race(8, lambda number: browsers[number].post(path, data))

    assert [response.status_code for response in responses] == [303] * 8
    assert list(RecoveryAttempt.objects.values_list("result", flat=True)) == [Result.APPLIED]
    assert intents.Intent.objects.get(scope="desk:cancel").repeats == 7


def client_number(number):
    browser = Client()
    browser.force_login(User.objects.create_superuser(f"owner-{number}"))
    return browser
