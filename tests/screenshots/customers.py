"""Pictures of the customers' pages, for docs/pages.md; no test: `python -m tests.screenshots` runs it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Location
from tests.factories import BookingFactory, DeliveryFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.conftest import ADA
from tests.pages.visitor import Visitor
from tests.screenshots.album import take

LATER = timedelta(days=5)
HEAD = """# The customers' pages

Made by `python -m tests.screenshots`: each page at 320, 768 and 1280 pixels, light and dark.
"""


def a_place() -> Location:
    """A salon with two people, booked here and there."""
    place = LocationFactory(slug="salon", name="Salon Kiez", locale="en-GB", country="DE", colour="#1f6b4f")
    for number, name in enumerate(("Mehmet", "Lena")):
        ResourceFactory(location=place, slug=name.lower(), name=name, position=number)
    texts = {"description": "Washing, cutting, drying.", "minutes": 30}
    ServiceFactory(location=place, slug="cut", name="Cut", **texts)
    ServiceFactory(
        location=place, slug="colour", name="Colour and cut", minutes=120, price="95.00", by_staff=True
    )
    return place


def paths(place: Location) -> dict[str, str]:
    """The pages worth a picture, by name."""
    cut = place.services.get(slug="cut")
    day = timezone.localdate(timezone=place.zone) + timedelta(days=2)
    made = {
        state: BookingFactory(
            service=cut,
            name="Ada Lovelace",
            starts_at=timezone.now().replace(hour=9 + hours, minute=0, second=0, microsecond=0) + LATER,
            **{state: True},
        )
        for hours, state in enumerate(("accepted", "waiting", "cancelled_by_staff", "failed"))
    }
    DeliveryFactory(booking=made["accepted"], done=True)
    visitor = Visitor()
    times = visitor.open(f"/salon/cut/?date={day}").times
    form = visitor.open(times[5]).form("/book/")
    form.fields |= ADA
    return {
        "services": "/salon/",
        "times": f"/salon/cut/?date={day}",
        "month": "/salon/cut/month/",
        "form": times[3],
        "check": visitor.send(form, step="check").path,
        "confirmed": f"/b/{made['accepted'].token}/",
        "waiting": f"/b/{made['waiting'].token}/",
        "called off": f"/b/{made['cancelled_by_staff'].token}/",
        "failed": f"/b/{made['failed'].token}/",
        "move": f"/b/{made['accepted'].token}/move/",
        "cancel": f"/b/{made['accepted'].token}/cancel/",
        "series": times[3].replace("/book/", "/series/"),
        "contact": "/salon/contact/",
        "find": "/find/",
        "language": "/language/?next=/salon/",
    }


@pytest.mark.django_db(transaction=True)
def test_take_the_pictures(page, live_server):
    take(page, live_server.url, paths(a_place()), "pages", HEAD)
