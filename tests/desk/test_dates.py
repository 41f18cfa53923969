"""Dates look alike all over the staff's pages, in the place's time, with the zone beside them."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.utils import dateformat, translation
from django.utils.formats import date_format

from operations.desk import spans
from tests.desk.staff import client
from tests.factories import BookingFactory, EnquiryFactory, LocationFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MOMENT = datetime(2025, 12, 3, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_django_writes_a_moment_as_the_desk_does(language):
    with translation.override(language):
        assert date_format(MOMENT, "DATETIME_FORMAT") == f"{spans.clock(MOMENT, 'UTC')} UTC"


def test_a_record_is_told_by_the_clock_of_its_place():
    place = LocationFactory(time_zone="Asia/Tokyo", country="JP", subdivision="")
    enquiry = EnquiryFactory(location=place)
    local = enquiry.created_at.astimezone(place.zone)

    page = client("owner").get(f"/admin/bookings/enquiry/{enquiry.pk}/change/").content.decode()

    assert dateformat.format(local, "D j M Y, H:i") + " JST" in page
    assert "times in Asia/Tokyo" in page
    assert " UTC" not in page.split("What happened")[0]


def test_a_list_is_told_by_the_clock_of_whoever_looks():
    BookingFactory(service=ServiceFactory(location=LocationFactory()))
    enquiry = EnquiryFactory()
    local = enquiry.created_at.astimezone(enquiry.location.zone)

    page = client("owner").get("/admin/bookings/enquiry/").content.decode()

    assert dateformat.format(local, "D j M Y, H:i T") in page
