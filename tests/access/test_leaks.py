"""Every address of the admin, generated, as somebody of another location: nobody's name comes out."""

import pytest
from django.contrib.auth.models import User
from django.urls import URLResolver, get_resolver

from operations import recovery, roles
from operations.incidents import Incident
from operations.jobs import ScheduledJob
from tests.access.test_places import browser_of, staff
from tests.desk.stuck import BUILDERS
from tests.factories import BookingFactory, DeliveryFactory, LocationFactory

pytestmark = pytest.mark.django_db
SIGNS = ("Theo Theirs", "theo@example.net", "+49 30 5550199")


@pytest.fixture
def theirs():
    """A customer of another location in every kind of trouble that has a customer."""
    person = {"name": SIGNS[0], "email": SIGNS[1], "phone": SIGNS[2]}
    failed = BookingFactory(failed=True, **person)
    DeliveryFactory(booking=failed, dead=True, recipient=SIGNS[1])
    BookingFactory(waiting=True, **person)
    for build in BUILDERS.values():
        build()
    return failed


def patterns(resolver, prefix):
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, path)
        else:
            yield path


def addresses(record):
    """Each address with every condition's code and the number of their booking."""
    admin = next(
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.namespace == "admin"
    )
    for pattern in patterns(admin, "/admin/"):
        if "(?P" in pattern:
            continue
        codes = list(recovery.conditions()) if "<str:code>" in pattern else [""]
        for code in codes:
            path = pattern.replace("<str:code>", code)
            for name in ("<int:pk>", "<path:object_id>", "<id>", "<int:content_type_id>"):
                path = path.replace(name, str(record.pk))
            yield path


def test_no_page_names_a_customer_of_another_location(theirs):
    browser = browser_of(staff(LocationFactory(), role=roles.OWNER))
    signs = {*SIGNS, theirs.reference, theirs.token}
    asked, told = 0, []

    for path in sorted(set(addresses(theirs))):
        is_search = path.endswith(("search/", "booking/", "delivery/"))
        for term in ("", theirs.reference, SIGNS[1]) if is_search else ("",):
            answer = browser.get(path, {"q": term} if term else {})
            asked += 1
            text = answer.content.decode()
            told += [(path, term, sign) for sign in signs - {term} if sign in text]

    assert asked > 150
    assert told == []


def test_whoever_is_not_limited_finds_the_same_customer(theirs):
    """The test above is only worth something while there is something to find."""
    root = browser_of(User.objects.create_superuser("root"))

    for path in ("/admin/desk/", f"/admin/desk/search/?q={theirs.reference}", "/admin/bookings/booking/"):
        assert SIGNS[0] in root.get(path).content.decode(), path


def test_what_is_counted_over_all_locations_is_closed(theirs):
    browser = browser_of(staff(LocationFactory(), role=roles.OWNER))
    incident = Incident.objects.first()
    job = ScheduledJob.objects.first()

    overview = browser.get("/admin/desk/").content.decode()

    assert "Repeats absorbed" not in overview
    assert job is None or job.title not in overview
    assert browser.get("/admin/desk/schedules/").status_code == 403
    assert browser.get("/admin/desk/proof/").status_code == 403
    if incident is not None:
        assert browser.get(f"/admin/desk/incidents/{incident.pk}/").status_code == 403
