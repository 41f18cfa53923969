"""Finds what an address names, or answers 404."""

from django.http import Http404
from django.utils.translation import gettext as _

from bookings.booking import Booking
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource


def location(slug: str) -> Location:
    """The active location; raises Http404."""
    found = Location.objects.filter(is_active=True, slug=slug).first()
    if found is None:
        raise Http404(_("This place does not exist (any more)."))
    return found


def service(location_slug: str, slug: str, *, even_if_withdrawn: bool = False) -> Service:
    """The active service with its location; raises Http404.

    `even_if_withdrawn` is for what was sent: an earlier request finds its booking, a new one is refused.
    """
    services = Service.objects.select_related("location")
    found = services.filter(location__slug=location_slug, slug=slug).first()
    is_offered = found is not None and found.is_active and found.location.is_active
    if found is None or not (is_offered or even_if_withdrawn):
        raise Http404(_("This service does not exist (any more)."))
    return found


def resource(of: Service, slug: str) -> Resource | None:
    """The active person, room or thing with this slug; None when the slug is empty or unknown."""
    # Compared here, not in the database: a slug from a query string may hold what SQL refuses.
    choices = of.location.resources.filter(is_active=True) if slug else ()
    return next((each for each in choices if each.slug == slug), None)


def people(service: Service, text: str) -> int:
    """How many it is asked for; one where that is no number that a booking of this service can have."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return number if 1 <= number <= service.most_people else 1


def booking(token: str) -> Booking:
    """The booking with this token; raises Http404."""
    bookings = Booking.objects.select_related(
        "location", "service__location", "resource", "session", "series"
    )
    found = bookings.filter(token=token).first()
    if found is None:
        raise Http404(_("There is no booking at this address. Perhaps the link was cut in two."))
    return found
