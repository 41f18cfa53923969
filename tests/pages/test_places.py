"""From all places to one time: every step is a link, and every dead end says where to go on."""

import re
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from bookings.places import Location
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db


def day(service, shift):
    return timezone.localdate(timezone=service.location.zone) + timedelta(days=shift)


def test_with_one_place_there_is_nothing_to_choose(client, service):
    LocationFactory(is_active=False)
    assert client.get("/")["Location"] == "/salon/"


def test_several_places_are_listed(visitor, service):
    LocationFactory(slug="other", name="<b>Other</b>")
    page = visitor.open("/")
    assert {"/salon/", "/other/"} <= set(page.links)
    assert "<b>Other" not in page.html


def test_without_any_place_the_page_says_so(visitor, db):
    assert "No place takes bookings here yet" in visitor.open("/").text


def test_only_active_services_are_offered(visitor, service):
    ServiceFactory(location=service.location, slug="gone", is_active=False)
    page = visitor.open("/salon/")
    assert "/salon/cut/" in page.links
    assert "/salon/gone/" not in page.links


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/salon/nothing/", "/salon/nothing/book/", "/b/unknown/", "/b/x/cancel/"]
)
def test_an_unknown_address_is_404_in_our_own_words(visitor, service, path):
    page = visitor.open(path)
    assert page.status == 404
    assert "There is nothing at this address" in page.text


def test_times_are_links_to_their_forms_by_part_of_the_day(visitor, service):
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}")
    assert len(page.times) == 47
    assert "Morning" in page.text
    assert "Afternoon" in page.text
    assert page.text.count("Central European Time") == 1
    assert visitor.open(page.times[0]).status == 200


def test_without_a_date_the_first_free_day_is_shown(visitor, service):
    service.location.minimum_notice_minutes = 2 * 24 * 60
    service.location.save()
    page = visitor.open("/salon/cut/")
    assert page.times
    assert f"?date={day(service, 1)}" in page.links


def test_days_follow_one_another(visitor, service):
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}")
    assert {f"?date={day(service, 0)}", f"?date={day(service, 2)}"} <= set(page.links)


def test_a_place_with_one_service_offers_its_times_at_once(visitor, service):
    page = visitor.open(f"/salon/?date={day(service, 1)}")
    assert page.times == visitor.open(f"/salon/cut/?date={day(service, 1)}").times
    assert "/salon/cut/" in page.links

    ServiceFactory(location=service.location, slug="beard")
    assert not visitor.open(f"/salon/?date={day(service, 1)}").times


def test_weeks_follow_one_another_as_far_as_bookings_are_open(visitor, service):
    links = visitor.open(f"/salon/cut/?date={day(service, 8)}").links
    assert {f"?date={day(service, 1)}", f"?date={day(service, 15)}"} <= set(links)

    first = visitor.open(f"/salon/cut/?date={day(service, 1)}").text
    assert ("Next week" in first, "Previous week" in first) == (True, False)


def test_a_full_day_leads_to_the_next_free_one(visitor, service):
    midnight = datetime.combine(day(service, 1), datetime.min.time(), tzinfo=service.location.zone)
    session = SessionFactory(service=service, starts_at=midnight, ends_at=midnight + timedelta(days=1))
    BookingFactory(session=session)
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}")
    assert not page.times
    assert "Every time of this day is taken." in page.text
    assert f"?date={day(service, 2)}" in page.links


def test_a_day_on_which_nobody_works_is_not_called_taken(visitor, service):
    sunday = next(day(service, n) for n in range(1, 8) if day(service, n).weekday() == 6)
    Location.objects.update(opening_hours="Mo-Sa 08:00-20:00")

    page = visitor.open(f"/salon/cut/?date={sunday}")

    assert "Nothing is offered on this day." in page.text
    assert 'class="day closed"' in page.html
    assert (
        "Mehmet does not work on this day." in visitor.open(f"/salon/cut/?date={sunday}&resource=mehmet").text
    )


def test_the_evening_says_that_it_is_too_late_for_today(visitor, service):
    evening = datetime.combine(day(service, 1), time(19, 45), tzinfo=service.location.zone)
    with time_machine.travel(evening, tick=False):
        page = visitor.open(f"/salon/cut/?date={evening.date()}")

    assert "It is too late to book for today." in page.text


def test_a_day_within_the_notice_is_too_soon_and_not_today(visitor, service):
    Location.objects.update(minimum_notice_minutes=3 * 24 * 60)

    page = visitor.open(f"/salon/cut/?date={day(service, 1)}")

    assert "This day is too soon to be booked online." in page.text


@pytest.mark.parametrize(
    ("shift", "says"),
    [(-1, "This day is over"), (61, "cannot be booked yet"), (9999, "cannot be booked yet")],
)
def test_a_day_outside_says_why(visitor, service, shift, says):
    page = visitor.open(f"/salon/cut/?date={day(service, shift)}")
    assert says in page.text
    assert not page.times


@pytest.mark.parametrize(
    "date", ["tomorrow", "2027-02-30", "0001-01-01", "9999-12-31", "%00", "-1", "2027-1-1"]
)
def test_a_date_that_is_none_gives_the_first_day_and_says_so(visitor, service, date):
    page = visitor.open(f"/salon/cut/?date={date}")
    assert page.status == 400
    assert "did not understand that date" in page.text
    assert page.times


def test_anyone_comes_first_and_then_each_person(visitor, service):
    ResourceFactory(
        location=service.location, slug="lena", name="Lena", hours="Mo-Su 09:00-10:00", position=1
    )
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}")
    assert page.text.index("Anyone") < page.text.index("Mehmet") < page.text.index("Lena")
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}&resource=lena")
    assert len(page.times) == 3
    assert all(link.endswith("&resource=lena") for link in page.times)


def test_rooms_are_any_of_them_and_nobody(visitor, service):
    service.location.resources.update(kind="room")
    ResourceFactory(location=service.location, slug="two", name="Room 2", kind="room")
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}&resource=two")
    assert ("Any of them" in page.text, "Anyone" in page.text) == (True, False)
    form = visitor.open(page.times[0]).text
    assert ("Room Room 2" in form, "With Room 2" in form) == (True, False)


def test_an_unknown_person_means_anyone(visitor, service):
    assert len(visitor.open(f"/salon/cut/?date={day(service, 1)}&resource=%00").times) == 47


def test_a_class_says_how_many_places_are_left(visitor, service):
    service.capacity = 14
    service.save()
    assert "14 left" in visitor.open(f"/salon/cut/?date={day(service, 1)}").text


def test_a_place_without_minor_units_has_prices_without(visitor):
    tokyo = LocationFactory(slug="court", currency="JPY", locale="ja", time_zone="Asia/Tokyo")
    ServiceFactory(location=tokyo, name="コート 1時間", price="1300")
    page = visitor.open("/court/")
    assert "1,300" in page.text
    assert "1,300.00" not in page.text


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
def test_other_methods_are_405_in_our_own_words(client, service, method):
    response = getattr(client, method)("/salon/")
    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert b"does not work that way" in response.content


def test_a_place_says_when_it_is_open_and_when_it_is_closed(visitor, service):
    service.location.opening_hours = "Mo-Su 08:00-12:00,14:00-18:00"
    service.location.save()
    tomorrow = datetime.combine(day(service, 1), datetime.min.time(), tzinfo=service.location.zone)
    service.location.closures.create(starts_at=tomorrow, ends_at=tomorrow + timedelta(days=1), reason="Ill")
    page = visitor.open("/salon/")

    assert page.text.count("08:00\N{EN DASH}12:00, 14:00\N{EN DASH}18:00") == 6
    assert (page.text.count("closed"), "Ill" in page.text) == (1, False)


def test_a_place_introduces_itself_and_links_what_the_law_asks_for(visitor, service):
    service.location.about = "Ring twice."
    service.location.privacy_url = "https://salon.example/privacy"
    service.location.legal_url = "https://salon.example/imprint"
    service.location.save()
    page = visitor.open("/salon/")

    assert "Ring twice." in page.text
    assert {"https://salon.example/privacy", "https://salon.example/imprint"} <= set(page.links)
    form = visitor.open(visitor.open(f"/salon/cut/?date={day(service, 1)}").times[0])
    assert "How your data are used" in form.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://salon.example/", "salon"])
def test_only_web_addresses_are_linked(service, address):
    service.location.privacy_url = address
    with pytest.raises(ValidationError, match="privacy_url"):
        service.location.full_clean()


def test_the_times_of_the_only_service_lead_back_to_nothing_that_looks_the_same(visitor, service):
    assert "All services" not in visitor.open("/salon/cut/").text
    ServiceFactory(location=service.location)
    assert "All services" in visitor.open("/salon/cut/").text


def test_a_time_says_its_day_and_clock_to_who_listens(visitor, service):
    page = visitor.open(f"/salon/cut/?date={day(service, 1)}")
    said = re.search(r'<a class="time"[^>]*>(.*?)</a>', page.html)[1]
    words = re.sub(r"<[^>]+>", "", said)
    assert re.fullmatch(rf"\w+,? \d+ \w+ {day(service, 1).year}, 08:00", words)
    assert page.html.count('aria-describedby="clock"') == 47
    assert re.search(r'id="clock">[^<]*Central European Time', page.html)
