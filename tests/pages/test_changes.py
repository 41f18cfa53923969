"""What customers do with their booking: asked by GET, done once by POST, never on a stale page."""

from datetime import datetime, time, timedelta

import pytest

from bookings.models import Booking
from operations import intents
from operations.workflow import Event
from tests.factories import STAFF, BookingFactory, ResourceFactory, advance, asked, in_a_week

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(service):
    return BookingFactory(service=service, accepted=True)


def state(booking):
    fresh = Booking.objects.get(pk=booking.pk)
    return fresh.status, fresh.version


@pytest.mark.parametrize("page", ["", "status/", "cancel/", "move/", "retry/", "resend/", "calendar.ics"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_get_changes_nothing(client, booking, page, method):
    events = Event.objects.count()
    response = getattr(client, method)(f"/b/{booking.token}/{page}")
    assert response.status_code == 200
    assert state(booking) == (booking.status, booking.version)
    assert Event.objects.count() == events


@pytest.mark.parametrize("page", ["", "status/", "cancel/", "move/", "calendar.ics"])
def test_pages_of_a_booking_stay_out_of_caches_and_search_engines(client, booking, page):
    response = client.get(f"/b/{booking.token}/{page}")
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"


def test_moving_begins_with_the_person_who_was_wished_for(visitor, service):
    booking = BookingFactory(service=service, accepted=True, wants_resource=True)
    page = visitor.open(f"/b/{booking.token}/move/")
    assert page.form("/move/").fields["resource"] == booking.resource.slug

    day = booking.starts_at.date()
    assert visitor.open(f"/b/{booking.token}/move/?date={day}").form("/move/").fields["resource"] == ""


def test_cancelling_takes_a_question_and_a_press(visitor, booking):
    page = visitor.send(visitor.open(f"/b/{booking.token}/cancel/").form())
    assert 'data-status="cancelled"' in page.html
    assert "You cancelled this booking" in page.text


def test_cancelling_twice_is_no_error(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/cancel/").form()
    visitor.send(form)
    page = visitor.send(form)
    assert page.status == 200
    assert "Nothing was done twice" in page.text
    assert Event.objects.of(booking).filter(transition="cancel").count() == 1


def test_a_stale_page_changes_nothing_and_tells_what_happened(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/cancel/").form()
    advance(booking, "start", STAFF)
    page = visitor.send(form)
    assert page.status == 409
    assert "The appointment began." in page.text
    assert "by Salon Kiez" in page.text
    assert f"/b/{booking.token}/cancel/" not in page.links
    assert state(booking) == ("in_progress", booking.version + 1)


@pytest.mark.parametrize("moves", [[("accept", {})], [asked("staff")], [asked("payment")]])
@pytest.mark.parametrize("act", ["cancel", "move"])
def test_what_only_we_did_meanwhile_stops_nobody(visitor, service, moves, act):
    booking = BookingFactory(service=service)
    form = visitor.open(f"/b/{booking.token}/{act}/").form()
    for transition, details in moves:
        advance(booking, transition, **details)
    page = visitor.send(form, start=form.choices["start"][-1]) if act == "move" else visitor.send(form)

    assert page.status == 200
    assert Event.objects.of(booking).last().transition == act


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_what_we_did_after_a_person_did_something_stops_like_theirs(visitor, service, act):
    booking = BookingFactory(service=service)
    form = visitor.open(f"/b/{booking.token}/{act}/").form()
    advance(booking, "correct_name", STAFF, called="Ada King")
    advance(booking, "accept")

    assert visitor.send(form, start=in_a_week().isoformat()).status == 409


def test_a_script_that_says_nothing_of_it_is_held_to_its_version(client, service):
    booking = BookingFactory(service=service, accepted=True)
    fields = {"request_id": intents.issue(), "version": booking.version - 1}

    assert client.post(f"/b/{booking.token}/cancel/", fields).status_code == 409
    assert state(booking) == ("accepted", booking.version)


def test_what_is_still_possible_can_be_done_all_the_same(visitor, service):
    booking = BookingFactory(service=service)
    form = visitor.open(f"/b/{booking.token}/cancel/").form()
    advance(booking, "accept", STAFF)
    page = visitor.send(form)
    assert page.status == 409
    assert "The booking was confirmed." in page.text
    assert f"/b/{booking.token}/cancel/" in page.links


@pytest.mark.parametrize("action", ["cancel", "move", "retry", "resend"])
@pytest.mark.parametrize(
    "broken",
    [{"request_id": "x"}, {"request_id": ""}, {"version": ""}, {"version": "²"}, {"version": "9" * 99}],
)
def test_a_form_that_is_not_ours_changes_nothing(client, booking, action, broken):
    fields = {"request_id": intents.issue(), "version": booking.version, "start": in_a_week().isoformat()}
    response = client.post(f"/b/{booking.token}/{action}/", fields | broken)
    assert response.status_code == 400
    assert state(booking) == (booking.status, booking.version)


@pytest.mark.parametrize("action", ["cancel", "move", "retry", "resend"])
def test_an_unknown_booking_is_404(client, service, action):
    fields = {"request_id": intents.issue(), "version": 1, "start": in_a_week().isoformat()}
    assert client.post(f"/b/unknown/{action}/", fields).status_code == 404


def test_past_the_window_the_page_says_whom_to_ask(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/cancel/").form()
    booking.location.cancel_until_hours = 24 * 30
    booking.location.save()
    page = visitor.send(form)
    assert page.status == 409
    assert "Please contact" in page.text
    assert "/salon/contact/" in page.links
    assert not visitor.open(f"/b/{booking.token}/cancel/").forms


def test_moving_offers_times_and_takes_one(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/move/").form("/move/")
    page = visitor.send(form, start=form.choices["start"][-1])
    assert page.status == 200
    moved = Booking.objects.get()
    assert moved.starts_at != booking.starts_at
    assert moved.version > booking.version


def test_before_it_moves_the_old_and_the_new_are_shown_and_nothing_changes(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/move/").form("/move/")
    page = visitor.send(form, start=form.choices["start"][-1], step="check")

    old, new = page.text.split("Old time")[1].split("New time")
    assert (page.status, state(booking)) == (200, (booking.status, booking.version))
    assert "09:00" in old.replace("10:00", "09:00")
    assert datetime.fromisoformat(form.choices["start"][-1]).strftime("%H:%M") in new
    visitor.send(page.form("/move/"))
    assert Booking.objects.get().starts_at == datetime.fromisoformat(form.choices["start"][-1])


def test_what_was_taken_before_it_is_confirmed_is_said_with_others(visitor, booking, service):
    start = booking.starts_at + timedelta(hours=2)
    BookingFactory(service=service, resource=booking.resource, starts_at=start)
    page = visitor.open(f"/b/{booking.token}/move/?start={start.isoformat().replace('+', '%2B')}")

    assert page.status == 409
    assert page.form("/move/").choices["start"]


@pytest.mark.parametrize("start", ["x", "2020-01-05T09:00:00%2B01:00", "%00", "2027-01-05T09:00:00"])
def test_an_address_of_no_time_to_move_to_is_explained(visitor, booking, start):
    page = visitor.open(f"/b/{booking.token}/move/?start={start}&resource=x")

    assert page.status in (400, 409)
    assert page.form("/move/")


@pytest.fixture
def hour(service):
    """An hour's booking with the only one there, on a day that has no other time than one beside it."""
    service.minutes = 60
    service.save()
    service.location.opening_hours = "Mo-Su 10:00-11:30"
    service.location.save()
    local = datetime.combine(in_a_week().date(), time(10), tzinfo=service.location.zone)
    return BookingFactory(service=service, starts_at=local, accepted=True)


HALF = timedelta(minutes=30)


def moving_to(booking, start):
    return f"/b/{booking.token}/move/?start={start.isoformat().replace('+', '%2B')}"


def offered(page):
    return {datetime.fromisoformat(each) for each in page.form("/move/").choices["start"]}


def test_a_booking_is_not_in_the_way_of_its_own_move(visitor, hour):
    path = f"/b/{hour.token}/move/"
    form = visitor.open(path).form("/move/")
    assert hour.starts_at + HALF in offered(visitor.open(path))

    page = visitor.send(form, start=(hour.starts_at + HALF).isoformat(), step="check")
    assert (page.status, "Old time" in page.text) == (200, True)
    visitor.send(page.form("/move/"))

    assert Booking.objects.get().starts_at == hour.starts_at + HALF


def test_others_who_stay_in_the_way_are_still_said(visitor, hour, service):
    other = BookingFactory(service=service, starts_at=hour.starts_at + timedelta(days=1), accepted=True)

    page = visitor.open(moving_to(hour, other.starts_at + HALF))

    assert page.status == 409
    assert hour.starts_at + HALF in offered(page)
    assert not {hour.starts_at, other.starts_at, other.starts_at + HALF} & offered(page)


def test_the_time_that_they_have_is_no_time_to_move_to(visitor, hour, service):
    ResourceFactory(location=service.location, slug="lena", name="Lena")
    path = f"/b/{hour.token}/move/"

    assert hour.starts_at not in offered(visitor.open(path))
    assert hour.starts_at in offered(visitor.open(f"{path}?resource=lena"))
    page = visitor.open(moving_to(hour, hour.starts_at))
    assert (page.status, "It is at this time already." in page.text) == (409, True)


def test_the_month_of_a_move_counts_the_times_beside_their_own(visitor, hour, service):
    service.location.slot_step_minutes = 30
    service.location.save()
    day = hour.starts_at.date()
    path = f"/b/{hour.token}/move/month/?month={day:%Y-%m}"
    assert any(f"?date={day}" in each for each in visitor.open(path).links)

    service.location.opening_hours = "Mo-Su 10:00-11:00"
    service.location.save()
    assert not any(f"?date={day}" in each for each in visitor.open(path).links)


def test_after_a_move_the_page_names_both_times_and_tells_what_happened(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/move/").form("/move/")
    page = visitor.send(form, start=form.choices["start"][-1])
    told = page.text.split("What happened so far")[1]

    assert page.text.count("The booking was moved from") == 2
    assert [told.count(text) for text in ("asked for", "was confirmed", "moved from")] == [1, 1, 1]
    assert "by you, or somebody with your link" in told


def test_a_draft_has_no_history_to_tell(visitor, service):
    draft = BookingFactory(service=service, draft=True)

    assert "What happened so far" not in visitor.open(f"/b/{draft.token}/").text


def test_moving_onto_somebody_else_changes_nothing_and_offers_others(visitor, booking, service):
    form = visitor.open(f"/b/{booking.token}/move/").form("/move/")
    start = form.choices["start"][-1]
    other = BookingFactory(
        service=service, resource=booking.resource, starts_at=datetime.fromisoformat(start)
    )
    page = visitor.send(form, start=start)
    assert page.status == 409
    assert "has just been taken" in page.text
    assert state(booking) == (booking.status, booking.version)
    page = visitor.send(page.form("/move/"), start=page.form("/move/").choices["start"][0])
    assert page.status == 200
    assert Booking.objects.get(pk=booking.pk).starts_at not in (booking.starts_at, other.starts_at)


@pytest.mark.parametrize("start", ["", "soon", "2027-01-05T09:00:00", "\0"])
def test_moving_to_no_time_is_explained(visitor, booking, start):
    form = visitor.open(f"/b/{booking.token}/move/").form("/move/")
    page = visitor.send(form, start=start)
    assert page.status == 422
    assert state(booking) == (booking.status, booking.version)


def test_moving_into_the_past_is_refused(visitor, booking):
    form = visitor.open(f"/b/{booking.token}/move/").form("/move/")
    page = visitor.send(form, start="2020-01-05T09:00:00+01:00")
    assert page.status == 409
    assert "passed" in page.text


def test_a_failed_booking_can_be_tried_again(visitor, service):
    booking = BookingFactory(service=service, failed=True)
    page = visitor.open(f"/b/{booking.token}/")
    assert f"/b/{booking.token}/retry/" in page.links
    page = visitor.send(visitor.open(f"/b/{booking.token}/retry/").form())
    assert 'data-status="submitted"' in page.html


def test_trying_again_when_the_time_is_gone_offers_others(visitor, service):
    booking = BookingFactory(service=service, failed=True)
    form = visitor.open(f"/b/{booking.token}/retry/").form()
    BookingFactory(service=service, resource=booking.resource, starts_at=booking.starts_at)
    page = visitor.send(form)
    assert page.status == 409
    assert any("/salon/cut/?date=" in link for link in page.links)
    assert state(booking) == ("failed", booking.version)


def test_a_month_leads_to_the_days_to_move_to(visitor, service):
    booking = BookingFactory(service=service, starts_at=in_a_week(), accepted=True)
    path = f"/b/{booking.token}/move/"
    [link] = [each for each in visitor.open(path).links if "/month/" in each]

    month = visitor.open(link)
    local = booking.starts_at.astimezone(service.location.zone).date()
    [day] = [each for each in month.links if f"?date={local}" in each]

    assert day.startswith(path)
    assert visitor.open(day).form(path).choices["start"]
    assert booking.token not in visitor.open("/salon/cut/month/").html


def test_the_month_of_a_move_counts_the_times_that_hold_all_who_come(visitor, service):
    service.capacity, service.max_people = 4, 4
    service.save()
    booking = BookingFactory(service=service, starts_at=in_a_week(), accepted=True, people=3)
    zone = service.location.zone
    day = (in_a_week() + timedelta(days=1)).astimezone(zone).date()
    for people, is_free in ((1, True), (4, False)):
        Booking.objects.filter(pk=booking.pk).update(people=people)
        service.location.opening_hours = "09:00-09:30"
        service.location.save()
        if people == 4:
            start = datetime(day.year, day.month, day.day, 9, tzinfo=zone)
            BookingFactory(service=service, starts_at=start, accepted=True)
        page = visitor.open(f"/b/{booking.token}/move/month/?month={day:%Y-%m}")
        assert any(f"?date={day}" in each for each in page.links) == is_free
