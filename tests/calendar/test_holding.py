"""A time that is held during a call: nobody else has it, and it is booked, let go or runs out."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import attending, customers, processing
from bookings.calendar import holding
from bookings.customer import Customer
from bookings.feeds import CalendarFeed
from bookings.intake import LikelyDuplicate, Submission
from bookings.models import Booking
from notifications.models import Delivery
from operations import intents, recovery, roles, sweeps
from operations.history import Event
from tests.calendar.attending import breaches, number, soon, staff
from tests.calendar.calling import CALLER, filled, opened, path_to, send
from tests.calendar.pages import browser, calendar, form_for, look, of, post
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory, WaitEntryFactory
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    offered = ServiceFactory(location=LocationFactory(minimum_notice_minutes=0))
    ResourceFactory(location=offered.location, name="Lena", slug="lena")
    return offered


def held(client, service, start=None, **typed):
    """Press the button with nothing but the time, and go on with the form that follows."""
    form = opened(client, service, start)
    nobody = {"name": "", "phone": ""} | typed
    answer = post(client, form, **filled(form, service, hold="1", **nobody))
    assert answer.status_code == 303, answer.content.decode()
    return look(client, answer["Location"])


def transitions(booking):
    return [event.transition for event in Event.objects.of(booking)]


def test_a_time_is_held_before_anybody_has_said_their_name(service):
    page = held(browser(), service)

    draft = Booking.objects.get()
    assert (draft.status, draft.name, draft.starts_at) == ("draft", "", soon())
    assert timedelta(minutes=4) < draft.stale_after - timezone.now() <= timedelta(minutes=5)
    assert "by robin: 5 minutes left" in page.text
    assert send(browser("kim"), service, phone="030 1").status_code == 409


def test_the_calendar_says_for_how_long_and_by_whom(service):
    held(browser(), service)
    day = soon().astimezone(service.location.zone).date().isoformat()

    for view in ("day", "week"):
        text = look(browser("kim"), calendar(service.location, date=day, view=view)).text
        assert "No name yet" in text
        assert "Held until" in text
        assert "by robin: 5 minutes left" in text


def test_the_form_that_follows_makes_the_booking(service):
    client = browser()
    form = held(client, service, notes="By the window.").form("/new/")
    assert form.fields["notes"] == "By the window."

    answers = [post(client, form, **filled(form, service)) for _twice in range(2)]

    booking = Booking.objects.get()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (booking.status, booking.name, booking.notes) == ("submitted", "Anna Berg", "By the window.")
    assert transitions(booking) == ["hold", "revise", "submit"]
    assert "Nothing was booked twice" in client.get(answers[1]["Location"]).content.decode()
    processing.drain()
    assert not Delivery.objects.exists()
    assert breaches() == []


def test_an_address_that_comes_later_is_written_to(service):
    client = browser()
    form = held(client, service).form("/new/")

    post(client, form, **filled(form, service, email="anna@example.com"))
    processing.drain()

    assert Delivery.objects.filter(kind="confirmation").count() == 1
    Delivery.objects.all().delete()
    assert breaches(), "the proof insists on it"


def test_going_back_to_the_first_form_books_what_it_held(service):
    client = browser()
    first = opened(client, service)
    post(client, first, **filled(first, service, hold="1", name="", phone=""))

    assert post(client, first, **filled(first, service)).status_code == 303
    assert [each.status for each in Booking.objects.all()] == ["submitted"]


def test_pressing_twice_holds_once(service):
    client = browser()
    form = opened(client, service)

    for _twice in range(2):
        post(client, form, **filled(form, service, hold="1", name="", phone=""))

    assert Booking.objects.count() == 1


def test_another_time_is_taken_before_the_held_one_is_left(service):
    client = browser()
    form = held(client, service).form("/new/")
    BookingFactory(service=service, accepted=True, starts_at=soon(60))
    clock = soon(60).astimezone(service.location.zone)

    refused = post(client, form, **filled(form, service, time=f"{clock:%H:%M}"))

    assert refused.status_code == 409
    assert Booking.objects.filter(status="draft", starts_at=soon()).exists()


def test_the_time_may_change_while_it_is_held(service):
    client = browser()
    form = held(client, service).form("/new/")
    clock = soon(60).astimezone(service.location.zone)

    post(client, form, **filled(form, service, time=f"{clock:%H:%M}"))

    assert [(each.status, each.starts_at) for each in Booking.objects.all()] == [("submitted", soon(60))]
    assert send(client, service, phone="030 1").status_code == 303


def test_let_go_it_is_free_and_nobody_has_to_look_at_it(service):
    client = browser()
    page = held(client, service)

    answer = post(client, form_for(page, "let_go"))

    assert answer.status_code == 303
    assert "No name yet" in client.get(answer["Location"]).content.decode()
    assert transitions(Booking.objects.get()) == ["hold", "let_go"]
    assert "holds no time" not in look(client, answer["Location"]).text
    assert not recovery.conditions()["bookings.cancelled_by_staff"].records().exists()
    assert send(client, service).status_code == 303
    assert breaches() == []


def run_out():
    Booking.objects.update(stale_after=timezone.now() - timedelta(seconds=1))
    sweeps.sweep()
    assert [each.status for each in Booking.objects.all()] == ["cancelled"]


def test_it_runs_out_by_itself_and_the_form_still_books_a_free_time(service):
    client = browser()
    page = held(client, service, notes="By the window.")
    run_out()

    form = page.form("/new/")
    assert post(client, form, **filled(form, service)).status_code == 303
    assert Booking.objects.get(status="submitted").notes == "By the window."


def test_it_runs_out_and_somebody_else_has_it_now(service):
    client = browser()
    page = held(client, service)
    run_out()
    BookingFactory(service=service, accepted=True, starts_at=soon())

    form = page.form("/new/")
    answer = post(client, form, **filled(form, service))

    assert answer.status_code == 409
    assert "data-alternatives" in answer.content.decode()


def test_a_hold_that_is_over_says_so_where_it_is_opened(service):
    client = browser()
    held(client, service, **CALLER)
    run_out()

    page = look(client, f"{path_to(service.location)}held={Booking.objects.get().pk}")

    assert "not held any more" in page.text
    assert page.form("/new/").fields["name"] == "Anna Berg"


def test_a_colleague_goes_on_with_the_call(service):
    held(browser(), service)
    client = browser("kim")
    page = look(client, of(Booking.objects.get()))
    assert "by robin" in page.text

    form = look(client, next(link for link in page.links if "held=" in link)).form("/new/")
    post(client, form, **filled(form, service))

    assert Booking.objects.get().status == "submitted"


def test_holding_on_begins_again(service):
    client = browser()
    form = held(client, service).form("/new/")
    Booking.objects.update(stale_after=timezone.now() + timedelta(seconds=30))

    post(client, form, **filled(form, service, hold="1"))

    draft = Booking.objects.get()
    assert draft.stale_after > timezone.now() + timedelta(minutes=4)
    assert (draft.status, draft.name) == ("draft", "Anna Berg")


@pytest.mark.parametrize("wrong", [{"date": ""}, {"email": "anna@"}, {"every": "week", "count": "4"}])
def test_what_cannot_be_held_is_said_and_kept(service, wrong):
    client = browser()
    form = opened(client, service)

    answer = post(client, form, **filled(form, service, hold="1", notes="By the window.", **wrong))

    assert answer.status_code == 422
    assert Page(answer, "").form("/new/").fields["notes"] == "By the window."
    assert not Booking.objects.exists()


def test_against_the_rules_it_is_held_with_a_reason(service):
    client = browser()
    night = soon().replace(hour=22)
    assert send(client, service, night, hold="1").status_code == 422

    held(client, service, night, reason="A regular")

    [event] = Event.objects.of(Booking.objects.get())
    assert (event.reason, event.details) == ("A regular", {"set_aside": "closed"})


def test_nothing_that_is_only_held_is_cancelled_or_told(service):
    client = browser()
    held(client, service, **CALLER)
    draft = Booking.objects.get()
    page = look(client, of(draft))

    assert {form.fields.get("act") for form in page.forms} - {None} == {"note", "let_go"}
    data = {
        "act": "cancel",
        "version": draft.version,
        "reason": "x",
        "request_id": intents.issue(),
    }
    assert client.post(of(draft), data).status_code == 409
    assert Booking.objects.get().status == "draft"


def wanted(service, **given):
    caller = {"name": "Anna Berg", "email": "", "phone": "+49 30 5550 199"}
    return Submission(**{"service": service, "start": soon(), "resource": None} | caller | given)


def by(request):
    return attending.by_staff(request, staff().pk)


def test_the_same_press_at_once_books_what_is_held_once(service):
    hold = number()
    draft = holding.hold(hold, wanted(service, name="", phone=""), by(hold)).booking
    press = number()

    answers = race(8, lambda _index: holding.book(press, wanted(service), by(press), draft.token))

    assert [type(answer).__name__ for answer in answers] == ["Recorded"] * 8
    assert [each.status for each in Booking.objects.all()] == ["submitted"]
    assert transitions(draft).count("submit") == 1
    assert breaches() == []


def test_four_calls_for_one_person_at_once_make_one_booking_and_three_questions(service):
    ResourceFactory.create_batch(3, location=service.location)
    presses = [number() for _ in range(4)]
    drafts = [holding.hold(press, wanted(service, name="", phone=""), by(press)).booking for press in presses]

    answers = race(4, lambda n: holding.book(presses[n], wanted(service), by(presses[n]), drafts[n].token))

    assert sum(isinstance(answer, LikelyDuplicate) for answer in answers) == 3
    assert Booking.objects.filter(status="submitted").count() == 1


def test_a_press_and_the_end_of_the_hold_at_one_moment_end_in_one_booking(service):
    for minutes in (0, 60, 120, 180):
        hold, press = number(), number()
        begun = wanted(service, name="", phone="", start=soon(minutes))
        draft = holding.hold(hold, begun, by(hold)).booking
        Booking.objects.filter(pk=draft.pk).update(stale_after=draft.created_at)
        said = wanted(service, start=soon(minutes))

        race(
            2,
            lambda index, said=said, press=press, draft=draft: (
                holding.book(press, said, by(press), draft.token) if index else sweeps.sweep()
            ),
        )
        assert Booking.objects.filter(starts_at=soon(minutes), status="submitted").count() == 1

    assert breaches() == []


def test_nobody_is_a_customer_by_a_time_that_is_held(service):
    client = browser()
    BookingFactory(service=service, starts_at=soon(60), email="", **CALLER)
    form = held(client, service, phone=CALLER["phone"]).form("/new/")
    held(client, service, soon(120), phone="+49 30 5550 300")

    customers.collect()
    assert [each.name for each in Customer.objects.all()] == ["Anna Berg"]

    post(client, form, **filled(form, service, name="Anna Berg-Wolf"))
    customers.collect()
    assert [each.name for each in Customer.objects.all()] == ["Anna Berg-Wolf"]


def test_what_is_only_held_is_in_nobodys_calendar_feed(service):
    held(browser(), service)
    feed = CalendarFeed(location=service.location)

    assert list(feed.bookings()) == []


def test_nobody_holds_without_the_permission(service):
    client = browser("eve", roles.AUDITOR)

    assert client.post(reverse("staff-book", args=[service.location.slug]), {"hold": "1"}).status_code == 403
    assert not Booking.objects.exists()


def test_a_time_offered_from_the_wait_list_is_not_let_go_here():
    booking = WaitEntryFactory(offered=True).booking
    client = browser()
    page = look(client, of(booking))

    assert "by the wait list" in page.text
    data = {"act": "let_go", "version": booking.version, "request_id": intents.issue()}
    assert client.post(of(booking), data).status_code == 409
    assert Booking.objects.get().status == "draft"
