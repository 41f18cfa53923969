"""The buttons of a booking: each needs its permission, a fresh page, and leaves a trace."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import customers
from bookings.models import Booking
from operations import intents, roles
from operations.desk import shift
from operations.history import Event
from operations.people.notes import Note
from operations.repair import DENIED, RecoveryAttempt
from tests.calendar.attending import staff
from tests.calendar.pages import browser, form_for, look, of, post, press
from tests.factories import BookingFactory, advance
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booking():
    started = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=15)
    return BookingFactory(starts_at=started, accepted=True, name="Anna Berg")


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def test_the_day_of_a_booking_by_its_buttons(booking):
    client = browser()

    answers = [press(client, booking, act) for act in ("start", "complete", "no_show", "take_back_no_show")]

    assert [answer.status_code for answer in answers] == [303] * 4
    assert (fresh(booking).status, fresh(booking).no_show) == ("completed", False)
    log = [line.text for line in shift.log(staff(), timezone.now() - timedelta(hours=1))]
    assert len(log) == 4


def test_a_page_offers_only_what_makes_sense(booking):
    offered = {form.fields.get("act") for form in look(browser(), of(booking)).forms} - {None}

    assert offered == {"start", "complete", "no_show", "note", "cancel", "correct"}


def test_pressing_twice_says_that_it_was_done(booking):
    client = browser()
    form = form_for(look(client, of(booking)), "start")
    post(client, form)

    again = post(client, form)

    assert "Nothing was done twice" in client.get(again["Location"]).content.decode()
    assert [event.transition for event in Event.objects.of(booking)].count("start") == 1


def test_a_cancellation_needs_a_reason_and_keeps_the_choice(booking):
    client = browser()

    refused = press(client, booking, "cancel", tells="no")
    assert refused.status_code == 422
    assert fresh(booking).status == "accepted"
    assert 'value="no" checked' in refused.content.decode()

    assert press(client, booking, "cancel", tells="no", reason="She called.").status_code == 303
    assert fresh(booking).cancel_reason == "She called."


def test_a_stale_page_says_what_changed_and_keeps_what_was_typed(booking):
    client = browser()
    form = form_for(look(client, of(booking)), "cancel")
    advance(booking, "correct_email", email="new@example.com")

    answer = post(client, form, reason="She called.", tells="no")

    page = Page(answer, of(booking))
    assert page.status == 409
    assert "E-mail address corrected" in page.text
    assert form_for(page, "cancel").fields["reason"] == "She called."
    assert fresh(booking).status == "accepted"
    assert post(client, form_for(page, "cancel"), tells="no").status_code == 303


@pytest.mark.parametrize("act", ["start", "complete", "no_show", "cancel", "note", "correct"])
def test_without_its_permission_an_act_is_refused_and_kept(booking, act):
    answer = browser("eve", roles.AUDITOR).post(
        of(booking),
        {"act": act, "version": booking.version, "request_id": intents.issue(), "reason": "x", "text": "x"},
    )

    assert answer.status_code == 403
    kept = RecoveryAttempt.objects.get()
    assert (kept.remedy, kept.message, kept.user_id) == (act, DENIED, staff("eve").pk)
    assert fresh(booking).version == booking.version
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"act": "explode"}, 400),
        ({"act": "move"}, 400),
        ({"request_id": "made up"}, 400),
        ({"version": ""}, 400),
        ({"version": "-1"}, 400),
        ({"act": "take_back_no_show"}, 409),
    ],
)
def test_a_form_that_is_not_ours_does_nothing(booking, changed, status):
    data = {"act": "start", "version": booking.version, "request_id": intents.issue()} | changed

    assert browser().post(of(booking), data).status_code == status
    assert fresh(booking).version == booking.version


def test_a_note_is_kept_and_shown(booking):
    client = browser()

    assert press(client, booking, "note", text="Allergic to nuts.").status_code == 303
    assert "Allergic to nuts." in look(client, of(booking)).text


def test_an_empty_note_is_refused(booking):
    assert press(browser(), booking, "note", text=" ").status_code == 409


def test_somebody_without_an_address_has_to_be_called(booking):
    Booking.objects.filter(pk=booking.pk).update(email="", phone="+49 30 5550 199")

    assert "Please call +49 30 5550 199" in look(browser(), of(booking)).text


def test_a_booking_leads_to_its_customer(booking):
    customers.collect()

    links = look(browser(), of(booking)).links

    assert any(link.startswith("/admin/bookings/customer/") for link in links)


def test_money_taken_at_the_desk_confirms_the_booking():
    waiting = BookingFactory(waiting_for_payment=True, price="45.00", deposit="10.00", currency="EUR")
    client = browser()
    page = look(client, of(waiting))
    assert all(text in page.text for text in ("A deposit of", "€10.00", "€45.00"))

    form = form_for(page, "paid")
    assert post(client, form).status_code == 422
    answers = [post(client, form, way="cash", receipt="R 7") for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert fresh(waiting).status == "accepted"
    assert Event.objects.of(waiting).last().reason == "Paid in cash at the desk · R 7"
    assert "Paid and confirmed" in look(client, answers[0]["Location"]).text
    assert "paid" not in {form.fields.get("act") for form in look(client, of(waiting)).forms}


def test_a_payment_is_confirmed_from_a_fresh_page_by_whoever_may():
    waiting = BookingFactory(waiting_for_payment=True)
    client = browser()
    form = form_for(look(client, of(waiting)), "paid")
    advance(waiting, "correct_email", email="new@example.com")

    assert post(client, form, way="card").status_code == 409
    assert post(browser("eve", roles.AUDITOR), form, way="card").status_code == 403
    assert fresh(waiting).status == "submitted"
