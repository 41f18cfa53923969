"""A month at a glance: which days are free, full or closed."""

from datetime import datetime, timedelta

import pytest
import time_machine

from bookings.models import Location
from tests.factories import BookingFactory, SessionFactory

pytestmark = pytest.mark.django_db
FRIDAY = "2027-01-01T08:00:00Z"


@pytest.fixture(autouse=True)
def new_year():
    with time_machine.travel(FRIDAY, tick=False):
        yield


def test_free_days_lead_to_their_times(visitor, service):
    page = visitor.open("/salon/cut/month/")

    assert "/salon/cut/?date=2027-01-04" in page.links
    assert "47 free" in page.text


def test_a_day_that_is_taken_is_full_and_no_link(visitor, service):
    midnight = datetime(2027, 1, 4, tzinfo=service.location.zone)
    BookingFactory(
        session=SessionFactory(service=service, starts_at=midnight, ends_at=midnight + timedelta(days=1))
    )
    page = visitor.open("/salon/cut/month/?month=2027-01")

    assert "/salon/cut/?date=2027-01-04" not in page.links
    assert page.text.count("full") == 1


def test_a_closed_day_says_that_nothing_is_offered(visitor, service):
    Location.objects.update(opening_hours="Mo 09:00-17:00")
    page = visitor.open("/salon/cut/month/?month=2027-01")

    assert "full" not in page.text
    assert page.text.count("nothing offered") == 27


def test_months_follow_one_another_as_far_as_bookings_are_open(visitor, service):
    Location.objects.update(horizon_days=40)

    assert "?month=2027-02" in visitor.open("/salon/cut/month/").links
    assert not any("?month=2027-03" in link for link in visitor.open("/salon/cut/month/?month=2027-02").links)


def test_the_week_begins_as_the_readers_calendar_has_it(client, service):
    Location.objects.update(locale="en-US")

    html = client.get("/salon/cut/month/").content.decode()
    assert html.index(">Sun<") < html.index(">Mon<")


@pytest.mark.parametrize("text", ["2027-13", "soon", "0001-01", "9999-12"])
def test_a_month_that_is_none_is_said_and_the_present_one_shown(visitor, service, text):
    page = visitor.open(f"/salon/cut/month/?month={text}")

    assert (page.status, "January 2027" in page.text) == (400, True)


def test_the_number_of_queries_is_bounded(client, service, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        client.get("/salon/cut/month/")
