"""Why a visitor knows which clock counts: each page says it once, in words."""

import pytest

from tests.factories import BookingFactory, LocationFactory

pytestmark = pytest.mark.django_db


def test_every_page_says_once_which_clock_counts(visitor, service):
    service.location.time_zone = "Asia/Tokyo"
    service.location.save()
    token = BookingFactory(service=service, accepted=True).token
    for page in ("/salon/cut/", "/salon/", f"/b/{token}/", f"/b/{token}/move/"):
        assert visitor.open(page).text.count("All times are in Japan Time.") == 1, page


def test_the_list_of_places_keeps_an_address_as_it_is_written(visitor, db):
    LocationFactory(slug="one", address="1 New_York Street")
    LocationFactory(slug="two", address="", time_zone="Asia/Tokyo")
    page = visitor.open("/")
    assert "1 New_York Street" in page.text
    assert "Japan Time" in page.text


def test_only_the_appointment_itself_is_told_by_both_clocks(visitor, service):
    page = visitor.open(f"/b/{BookingFactory(service=service, accepted=True).token}/")
    assert "What happened so far" in page.text
    assert page.html.count("data-place-time") == 1
