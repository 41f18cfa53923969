"""Pictures of staff's own pages, for docs/staff-pages.md; no test: `python -m tests.screenshots` runs it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from bookings import customers, demo, place_loading, processing
from bookings.demo import week
from bookings.models import Booking, Customer, Location, Session
from tests.desk.people.acting import somebody
from tests.screenshots.album import take
from tests.signing_in import browser_of

HEAD = """# Staff's pages

Made by `python -m tests.screenshots`: each page at 320, 768 and 1280 pixels, light and dark. The desk has
[its own](desk.md).
"""


def paths(place: Location) -> dict[str, str]:
    """The pages worth a picture, by name."""
    booked = Booking.objects.filter(location=place, status="accepted").order_by("starts_at").first()
    assert booked is not None
    day = booked.starts_at.astimezone(place.zone).date()
    asked = Location.objects.get(slug="physio-london")
    later = (booked.starts_at.astimezone(place.zone) + timedelta(days=14)).isoformat()
    course = Session.objects.filter(capacity__gt=1, is_live=True).earliest("starts_at")
    first = place.services.filter(is_active=True).first()
    return {
        "home": reverse("admin:index"),
        "day": f"{reverse('calendar', args=[place.slug])}?date={day}",
        "week": f"{reverse('calendar', args=[place.slug])}?view=week&date={day}",
        "booking": reverse("staff-booking", args=[place.slug, booked.pk]),
        "move": reverse("staff-move", args=[place.slug, booked.pk]),
        "change": reverse("staff-change", args=[place.slug, booked.pk]),
        "class": reverse("staff-session", args=[course.location.slug, course.pk]),
        "new booking": f"{reverse('staff-book', args=[place.slug])}?{urlencode({'start': later})}",
        "requests": reverse("staff-requests", args=[asked.slug]),
        "hours": reverse("hours", args=[place.slug]),
        "hours of a service": reverse("hours-service", args=[course.location.slug, course.service.slug]),
        "why not": f"{reverse('hours-why', args=[place.slug])}?{urlencode({'start': booked.local_start})}",
        "reports": reverse("reports"),
        "customer": reverse("admin:bookings_customer_change", args=[Customer.objects.earliest("pk").pk]),
        "service": reverse("admin:bookings_service_change", args=[first.pk]),
        "place": reverse("admin:bookings_location_change", args=[place.pk]),
        "import": reverse("import-file", args=[place.slug]),
        "export": reverse("export"),
    }


@pytest.mark.django_db(transaction=True)
def test_take_the_pictures(page, live_server):
    place_loading.load(Path(demo.__file__).with_name("locations.json"))
    week.fill()
    while processing.drain():
        pass
    customers.collect()
    session = browser_of(somebody("Anna", "owner")).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    place = Location.objects.get(slug="barber-berlin")
    take(page, live_server.url, paths(place), "staff-pages", HEAD)
