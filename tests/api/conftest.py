"""A place with one person, and a time that is free there."""

import pytest

from tests.factories import ResourceFactory, ServiceFactory, in_a_week


@pytest.fixture
def service(db):
    service = ServiceFactory(slug="cut", location__slug="harbour-hair")
    ResourceFactory(location=service.location, slug="ada", name="Ada")
    return service


@pytest.fixture
def start():
    return in_a_week()
