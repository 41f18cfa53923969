"""A move by form: old and new first, then once, from a fresh page, with the rules or with a reason."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.urls import reverse

from bookings.models import Booking
from bookings.places import Location
from notifications.models import Delivery
from operations import roles
from operations.history import Event
from operations.repair import RecoveryAttempt
from tests.calendar.pages import browser, look, of, post
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, advance
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booking():
    return BookingFactory(accepted=True, name="Anna Berg")


def to(booking, start, **given):
    asked = {"start": start.isoformat(), "version": booking.version, **given}
    return f"{of(booking, 'staff-move')}?{urlencode(asked)}"


def asked(client, booking, start, **given):
    return look(client, to(booking, start, **given))


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def test_old_and_new_are_shown_before_anything_is_done(booking):
    lena = ResourceFactory(location=booking.location, name="Lena")
    later = booking.starts_at + timedelta(hours=1)
    client = browser()

    page = asked(client, booking, later, resource=lena.slug)

    local = [
        moment.astimezone(booking.location.zone).strftime("%H:%M") for moment in (booking.starts_at, later)
    ]
    assert all(text in page.text for text in (*local, "Old time", "New time", "Lena"))
    assert fresh(booking).version == booking.version
    assert post(client, page.form("/move/")).status_code == 303
    assert (fresh(booking).starts_at, fresh(booking).resource) == (later, lena)


def test_a_group_is_offered_times_that_have_places_for_all_of_it():
    service = ServiceFactory(capacity=6, max_people=4)
    mine = BookingFactory(service=service, people=4, accepted=True)
    later = mine.starts_at + timedelta(hours=1)
    BookingFactory(service=service, starts_at=later, people=4, accepted=True)

    page = look(browser(), of(mine, "staff-move"))

    texts = [parse_qs(urlsplit(link).query)["start"][0] for link in page.links if "?start=" in link]
    offered = [datetime.fromisoformat(text) for text in texts]
    assert offered
    assert later not in offered


def test_free_times_are_offered_before_one_is_chosen(booking):
    page = look(browser(), of(booking, "staff-move"))

    offered = [link for link in page.links if link.startswith("?start=")]
    assert len(offered) == 6
    assert "Move Anna Berg?" in look(browser(), of(booking, "staff-move") + offered[0]).text


def test_the_form_alone_is_enough(booking):
    client = browser()
    path = of(booking, "staff-move")
    page = look(client, path)
    chosen = page.forms[-1].fields | {"time": "14:00"}

    shown = look(client, f"{path}?{urlencode(chosen)}")
    post(client, shown.form("/move/"))

    assert "T14:00" in fresh(booking).local_start


def test_a_table_that_was_out_of_date_moves_nothing_and_says_why(booking):
    client = browser()
    advance(booking, "correct_email", email="new@example.com")
    page = asked(client, booking, booking.starts_at + timedelta(hours=1))

    answer = Page(post(client, page.form("/move/")), of(booking, "staff-move"))

    assert answer.status == 409
    assert "E-mail address corrected" in answer.text
    assert fresh(booking).starts_at == booking.starts_at
    assert post(client, answer.form("/move/")).status_code == 303


def test_somebody_elses_time_is_never_taken(booking):
    other = BookingFactory(
        accepted=True, service=booking.service, starts_at=booking.starts_at + timedelta(hours=1)
    )
    client = browser()
    form = asked(client, booking, other.starts_at).form("/move/")

    answer = post(client, form, reason="They insist.")

    assert answer.status_code == 409
    assert "data-alternatives" in answer.content.decode()
    assert fresh(booking).starts_at == booking.starts_at


def test_against_the_hours_a_reason_is_asked_for(booking):
    client = browser()
    night = booking.starts_at.replace(hour=22)
    page = asked(client, booking, night)
    assert "The rules of the place do not offer this time" in page.text

    form = page.form("/move/")
    assert post(client, form).status_code == 422
    assert post(client, form, reason="A regular").status_code == 303
    assert fresh(booking).starts_at == night
    assert Event.objects.of(booking).last().reason == "A regular"


def test_notice_does_not_bind_who_moves_at_the_desk(booking):
    Location.objects.update(minimum_notice_minutes=30 * 24 * 60)
    client = browser()

    form = asked(client, booking, booking.starts_at + timedelta(hours=1)).form("/move/")

    assert post(client, form).status_code == 303
    assert Event.objects.of(booking).last().details["set_aside"] == "notice"


def test_pressing_twice_moves_once(booking):
    client = browser()
    form = asked(client, booking, booking.starts_at + timedelta(hours=1)).form("/move/")

    assert [post(client, form).status_code for _twice in range(2)] == [303, 303]
    assert [event.transition for event in Event.objects.of(booking)].count("move") == 1


def test_nobody_moves_without_the_permission(booking):
    client = browser("eve", roles.AUDITOR)

    assert client.get(of(booking, "staff-move")).status_code == 403
    assert client.post(of(booking, "staff-move"), {}).status_code == 403
    assert {each.remedy for each in RecoveryAttempt.objects.all()} == {"move"}


@pytest.mark.parametrize(
    "query",
    [
        "start=soon",
        "date=2027-02-30&time=09:00",
        "start=0001-01-01T00:00:00Z",
        "date=0001-01-01&time=00:00",
    ],
)
def test_a_time_that_is_none_asks_again(booking, query):
    assert browser().get(f"{of(booking, 'staff-move')}?{query}").status_code == 200


def test_a_move_tells_the_customer_unless_somebody_says_why_not(booking):
    client = browser()
    form = asked(client, booking, booking.starts_at + timedelta(hours=1)).form("/move/")

    refused = post(client, form, tells="no")
    assert refused.status_code == 422
    assert "Please say why they are not told." in refused.content.decode()
    assert "New time" in refused.content.decode()
    assert fresh(booking).starts_at == booking.starts_at

    assert post(client, form, tells="no", silence="She called.").status_code == 303
    assert not Delivery.objects.filter(kind="moved").exists()
    assert "was not sent a message" in look(client, of(booking)).text
    assert "She called." in look(client, of(booking)).text


def test_a_silent_move_is_said_on_the_customers_page_until_they_are_told_of_another(booking):
    client = browser()
    form = asked(client, booking, booking.starts_at + timedelta(hours=1)).form("/move/")
    post(client, form, tells="no", silence="She called.")
    page = reverse("booking", args=[booking.token])

    text = look(client, page).text
    assert "You were not sent a message about it." in text
    assert "She called." not in text

    moved = fresh(booking)
    post(client, asked(client, moved, moved.starts_at + timedelta(hours=1)).form("/move/"))
    assert Delivery.objects.filter(kind="moved").count() == 1
    assert "You were not sent a message" not in look(client, page).text


def test_a_time_that_somebody_has_says_so_before_anybody_presses(booking):
    later = booking.starts_at + timedelta(hours=1)
    BookingFactory(accepted=True, service=booking.service, starts_at=later)

    page = asked(browser(), booking, later)

    assert "Somebody has this time already." in page.text
    assert "The nearest free times" in page.text
    assert "Somebody has this time already." not in asked(browser(), booking, later + timedelta(hours=1)).text


def test_its_own_time_is_in_nobodys_way(booking):
    page = asked(browser(), booking, booking.starts_at + timedelta(minutes=15))

    assert "Somebody has this time already." not in page.text


def test_outside_the_rules_the_page_says_which(booking):
    night = asked(browser(), booking, booking.starts_at.replace(hour=22)).text
    past = asked(browser(), booking, booking.starts_at - timedelta(days=14)).text

    assert "We are closed at this time." in night
    assert "This time has passed." in past
    assert "Reason to set the rules aside" in night
    assert "Reason to set the rules aside" not in past


def test_the_free_times_of_the_day_stand_beside_and_one_press_chooses_one(booking):
    client, path = browser(), of(booking, "staff-move")
    later = booking.starts_at + timedelta(hours=1)
    BookingFactory(accepted=True, service=booking.service, starts_at=later)
    day = {"date": f"{booking.starts_at:%Y-%m-%d}", "time": "14:00", "resource": ""}

    page = look(client, f"{path}?{urlencode(day | {'choose': '1'})}")
    beside = page.html.split('id="free-times"')[1].split("</fieldset>")[0]
    assert "Move Anna Berg?" not in page.text
    assert f'value="{later.astimezone(booking.location.zone).isoformat()}"' not in beside

    free = (later + timedelta(hours=1)).astimezone(booking.location.zone).isoformat()
    assert f'value="{free}"' in beside
    chosen = look(client, f"{path}?{urlencode(day | {'pick': free})}")
    assert post(client, chosen.form("/move/")).status_code == 303
    assert fresh(booking).starts_at == later + timedelta(hours=1)
