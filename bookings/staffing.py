"""Who of the staff works at some locations only, and where each record belongs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.feeds import CalendarFeed
from bookings.message_texts import MessageText
from bookings.offerings import Requirement, Service
from bookings.outside import LeftOutside
from bookings.places import Closure, Location
from bookings.questions import Question
from bookings.recurrence import Series
from bookings.resources import Absence, Resource
from bookings.waitlist.entry import WaitEntry
from notifications.models import Delivery, WebhookEndpoint
from operations import reach
from operations.reach import Places

WHERE: dict[type[models.Model], str] = {
    Location: "slug",
    Service: "location__slug",
    Resource: "location__slug",
    Closure: "location__slug",
    Absence: "resource__location__slug",
    Requirement: "service__location__slug",
    Question: "service__location__slug",
    CalendarFeed: "location__slug",
    MessageText: "location__slug",
    Booking: "location__slug",
    LeftOutside: "booking__location__slug",
    Enquiry: "location__slug",
    WaitEntry: "location__slug",
    Series: "location__slug",
    Delivery: "location",
    WebhookEndpoint: "location",
}


class Assignment(models.Model):
    """Somebody who sees and acts at these locations only; without an assignment, everywhere.

    With no location left in it, nowhere: a location that goes away opens no other one.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignment")
    locations = models.ManyToManyField(
        Location,
        blank=True,
        verbose_name=_("works only at"),
        help_text=_("Sees and acts on the records of these locations only. None chosen: of no location."),
    )

    class Meta:
        verbose_name = _("limit to locations")
        verbose_name_plural = _("limit to locations")

    def __str__(self) -> str:
        return ", ".join(location.name for location in self.locations.all()) or str(_("nowhere"))


def places_of(user: Any) -> Places | None:
    """The slugs of the locations somebody is limited to, or None; one query."""
    rows = Assignment.objects.filter(user_id=user.pk).values_list("locations__slug", flat=True)
    slugs = list(rows)
    return frozenset(slug for slug in slugs if slug) if slugs else None


def zone_of(places: Places | None) -> str:
    """The time zone that most of these locations are in, of all of them for None; one query."""
    active = Location.objects.filter(is_active=True)
    here = active if places is None else active.filter(slug__in=places)
    zones = here.order_by().values("time_zone")
    counted = zones.annotate(number=models.Count("pk"), oldest=models.Min("pk"))
    most = counted.order_by("-number", "oldest").values_list("time_zone").first()
    return str(most[0]) if most else ""


def names() -> dict[str, str]:
    """The name of each location by its slug, also of those that are switched off; one query."""
    return dict(Location.objects.order_by("name", "pk").values_list("slug", "name"))


def declare() -> None:
    """Tell the desk which locations there are, who is limited, their clocks, and where our records belong."""
    reach.name_by(names)
    reach.limit_by(places_of)
    reach.tell_time_by(zone_of)
    reach.declare(WHERE)
