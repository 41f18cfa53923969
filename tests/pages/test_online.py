"""Why nobody goes to a shut door: what is online says so everywhere, and how to join when it stands."""

import icalendar
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.html import escape

from bookings import ics, letter_facts, messages, whereabouts
from bookings.letters import compose
from bookings.models import Booking, Service
from operations.workflow import WORKER
from tests.factories import BookingFactory

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.com/room?a=1&b=2"
STREET = "Lange Gasse"
CONFIRMED = ("confirmation", "moved", "reminder")


@pytest.fixture
def service(service):
    service.location.address = f"{STREET} 12\n10245 Berlin"
    service.location.save()
    service.takes_place_online, service.how_to_join = True, f"Open {LINK}.\nThe code is <b>7</b>."
    service.save()
    return service


def told(booking, kind):
    with transaction.atomic():
        delivery = messages.tell(booking, kind, WORKER)
    assert delivery
    return compose(delivery)


def event_of(booking):
    return icalendar.Calendar.from_ical(ics.calendar(booking)).events[0]


def test_the_pages_before_the_booking_say_online_and_no_street(visitor, service):
    times = visitor.open("/salon/cut/")
    form = visitor.open(times.times[0])
    for page in (times, form):
        assert "Online" in page.text
        assert STREET not in page.html
        assert "meet.example.com" not in page.html


def test_the_booking_s_page_tells_how_to_join_once_it_is_confirmed(visitor, service):
    page = visitor.open(f"/b/{BookingFactory(service=service, accepted=True).token}/")
    assert f'<a href="{escape(LINK)}" rel="noopener noreferrer" target="_blank">' in page.html
    assert "The code is &lt;b&gt;7&lt;/b&gt;." in page.html
    assert STREET not in page.html
    assert "openstreetmap" not in page.html


@pytest.mark.parametrize(
    ("state", "is_promised"), [("waiting", True), ("cancelled", False), ("failed", False)]
)
def test_nobody_joins_what_is_not_confirmed(visitor, service, state, is_promised):
    page = visitor.open(f"/b/{BookingFactory(service=service, **{state: True}).token}/")
    assert "meet.example.com" not in page.html
    assert ("How to join stands here once it is confirmed." in page.text) == is_promised


@pytest.mark.parametrize("kind", CONFIRMED)
def test_messages_of_a_confirmed_booking_tell_how_to_join(service, kind):
    letter = told(BookingFactory(service=service, accepted=True), kind)
    assert "Where: Online\n" in letter.text
    assert f"How to join: Open {LINK}.\nThe code is <b>7</b>.\n" in letter.text
    assert f'<a href="{escape(LINK)}"' in letter.html
    assert "<b>7" not in letter.html
    assert STREET not in letter.text + letter.html


def test_a_request_that_waits_is_not_told_yet(service):
    letter = told(BookingFactory(service=service, waiting=True), "received")
    assert "Where: Online\n" in letter.text
    assert "meet.example.com" not in letter.text + letter.html


def test_the_calendar_has_it_too(service):
    cancelled = event_of(BookingFactory(service=service, cancelled=True))
    assert "meet.example.com" not in cancelled["description"]
    event = event_of(BookingFactory(service=service, accepted=True))
    assert event["location"] == "Online"
    assert event["description"].startswith(f"Open {LINK}.\nThe code is <b>7</b>.\nReference ")


def test_the_attached_calendar_file_is_of_the_same_words(service):
    letter = told(BookingFactory(service=service, accepted=True), "confirmation")
    event = icalendar.Calendar.from_ical(letter.attachments[0].text).events[0]
    assert LINK in event["description"]


def test_a_text_of_the_place_s_own_names_no_street(service):
    assert letter_facts.values(BookingFactory(service=service), "en")["address"] == "Online"


def test_what_is_at_the_place_stays_there_whatever_is_written_below(visitor, service):
    type(service).objects.update(takes_place_online=False)
    booking = Booking.objects.get(pk=BookingFactory(service=service, accepted=True).pk)
    page = visitor.open(f"/b/{booking.token}/")
    assert STREET in page.text
    assert "openstreetmap" in page.html
    assert "meet.example.com" not in page.html
    assert STREET in event_of(booking)["location"]


def test_programs_know_it_as_well(client, service):
    offered = client.get("/api/v1/locations/salon/services").json()["services"][0]
    assert offered["takes_place_online"] is True
    token = BookingFactory(service=service, accepted=True).token
    assert LINK in client.get(f"/api/v1/bookings/{token}").json()["how_to_join"]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("(see https://a.example/x).", ["https://a.example/x"]),
        ("https://a.example/a_(b), then", ["https://a.example/a_(b)"]),
        ("HTTP://A.example/", ["HTTP://A.example/"]),
        ("会議（https://a.example/x）。https://b.example/、", ["https://a.example/x", "https://b.example/"]),
        ("javascript:alert(1) data:text/html,x ftp://a.example", []),
        ("www.example.com you@example.com https://", []),
        ('https://a.example/"onclick="x', ["https://a.example/"]),
    ],
)
def test_only_web_addresses_become_links_and_no_sign_is_lost(text, links):
    html = whereabouts.linked(text)
    assert [part.partition('"')[0] for part in html.split('<a href="')[1:]] == links
    plain = html
    for link in links:
        anchor = f'<a href="{link}" rel="noopener noreferrer" target="_blank">{link}</a>'
        assert anchor in plain
        plain = plain.replace(anchor, link)
    assert plain == escape(text)


def test_the_form_says_what_it_means(admin_client, service):
    page = admin_client.get(reverse("admin:bookings_service_change", args=[service.pk]))
    assert "Nobody has to come" in page.content.decode()
    assert "how_to_join" in page.content.decode()


@pytest.mark.browser
def test_a_long_link_does_not_widen_a_letter(page, service):
    Service.objects.update(how_to_join=f"https://meet.example.com/?token={'x' * 300}")
    booking = Booking.objects.get(pk=BookingFactory(service=service, accepted=True).pk)
    page.set_viewport_size({"width": 320, "height": 700})
    page.set_content(told(booking, "confirmation").html)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
