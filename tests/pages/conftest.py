"""What the tests of the public pages share: a place with one person, a service, and somebody who books."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Visitor

ADA = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "phone": "+44 20 7946 0000",
    "notes": "Short, please.",
}
QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | {"args": [*browser_type_launch_args["args"], *QUIET]}


@pytest.fixture
def service(db):
    """Half an hour with Mehmet at a place that is open every day from 8 to 20."""
    place = LocationFactory(slug="salon", name="Salon Kiez", locale="de", minimum_notice_minutes=60)
    ResourceFactory(location=place, slug="mehmet", name="Mehmet")
    return ServiceFactory(location=place, slug="cut", name="Cut")


@pytest.fixture
def visitor():
    return Visitor()


@pytest.fixture
def tomorrow(service):
    """The local date after today, as the query takes it."""
    return str(timezone.localdate(timezone=service.location.zone) + timedelta(days=1))


@pytest.fixture
def form(service, visitor, tomorrow):
    """The filled-in form of the first free time tomorrow."""
    times = visitor.open(f"/salon/cut/?date={tomorrow}").times
    filled = visitor.open(times[0]).form("/book/")
    filled.fields |= ADA
    return filled
