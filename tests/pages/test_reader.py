"""Which language a page speaks when the browser asks for none of ours."""

import pytest
from django.conf import settings
from django.test import Client

from bookings.places import Location
from tests.factories import BookingFactory


@pytest.fixture
def german(service):
    Location.objects.filter(slug="salon").update(locale="de-DE")
    return service


def language_of(path: str, asked: str, **cookies: str) -> str:
    client = Client(headers={"accept-language": asked})
    client.cookies.load(cookies)
    return client.get(path).text.partition('lang="')[2].partition('"')[0]


@pytest.mark.parametrize("asked", ["tr", "pt-BR,pt;q=0.9", "ne,tr;q=0.5"])
def test_the_place_speaks_its_own_language_to_whom_we_cannot_speak_theirs(german, asked):
    assert language_of("/salon/", asked) == "de"


@pytest.mark.parametrize(
    ("asked", "spoken"), [("fr", "fr"), ("tr,en;q=0.3", "en"), ("*", "en"), ("", "en"), ("?;;q=x", "en")]
)
def test_what_the_browser_asks_for_comes_first(german, asked, spoken):
    assert language_of("/salon/", asked) == spoken


def test_what_was_chosen_here_comes_before_all(german):
    assert language_of("/salon/", "tr", **{settings.LANGUAGE_COOKIE_NAME: "ja"}) == "ja"


def test_a_bookings_page_speaks_the_language_of_the_booking(german):
    booking = BookingFactory(service=german, language="es")

    assert language_of(f"/b/{booking.token}/", "tr") == "es"


def test_a_place_whose_language_we_do_not_speak_stays_english(service):
    Location.objects.filter(slug="salon").update(locale="ne-NP")

    assert language_of("/salon/", "ne") == "en"
