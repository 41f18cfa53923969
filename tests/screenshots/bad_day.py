"""A demonstration on a bad day: failures of a real mail server, and staff in the middle of their shift."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from bookings import demo, place_loading, processing
from bookings.demo import week
from bookings.models import Booking, Location
from notifications import work
from notifications.models import Delivery
from operations import heartbeat, jobs, proving
from operations import work as declared
from operations.campaigns.campaign import Campaign
from operations.incidents import Incident
from tests.desk.campaigns.many import prepared
from tests.desk.people.acting import act, browser_of, somebody
from tests.misbehaving_smtp import DROP, MisbehavingSMTP

REFUSED, SILENT = 9, 2
HANDOVER = "/admin/desk/handover/"


class BadDay:
    """Makes it all; `paths` are the pages worth a picture."""

    def __init__(self, server: MisbehavingSMTP) -> None:
        self.anna, self.bert = somebody("Anna", "owner"), somebody("Bert", "operator")
        self.desk = browser_of(self.bert)
        place_loading.load(Path(demo.__file__).with_name("locations.json"))
        week.fill()
        jobs.declare(declared.jobs().values())
        self._send(server)
        proving.prove()
        heartbeat.clock_in()
        self._work()

    def paths(self) -> dict[str, str]:
        """By name, the addresses of the pages."""
        dead = Delivery.objects.filter(status="dead", is_for_staff=False).earliest("harm_at")
        salon = Location.objects.get(slug="barber-berlin")
        starts = [
            booking.starts_at.astimezone(salon.zone)
            for booking in Booking.objects.filter(location=salon, status="accepted")
        ]
        day = min(starts, key=lambda start: start.time()).date()  # one that is in sight without scrolling
        return {
            "overview": reverse("admin:desk"),
            "list": reverse("admin:desk_condition", args=["notifications.dead"]),
            "record": reverse("admin:desk_record", args=["notifications.dead", dead.pk]),
            "campaign": reverse("admin:desk_campaign", args=[Campaign.objects.get().pk]),
            "incident": reverse("admin:desk_incident", args=[Incident.objects.earliest("pk").pk]),
            "hand-over": HANDOVER,
            "schedules": reverse("admin:desk_schedules"),
            "channels": reverse("admin:desk_channels"),
            "calendar": f"{reverse('calendar', args=[salon.slug])}?date={day}",
        }

    def _send(self, server: MisbehavingSMTP) -> None:
        """Some mails are refused, some are taken without an answer, the rest arrives."""
        server.fault("dot", DROP, times=SILENT)
        server.fault("rcpt", "550 5.1.1 no such user", times=REFUSED)
        while processing.drain() or work.drain() or work.due_since():
            pass
        soon = timezone.now() + timedelta(minutes=50)
        waiting = Booking.objects.awaiting_staff().order_by("starts_at")[:2]
        Booking.objects.filter(pk__in=[each.pk for each in waiting]).update(answer_until=soon)

    def _work(self) -> None:
        first, _second, third, *_rest = Delivery.objects.filter(status="dead").order_by("harm_at")
        act(self.desk, first, "claim")
        act(self.desk, first, "note", text="She only answers the phone in the afternoon.")
        act(self.desk, third, "promise", text="Call her back about her address.")
        left = self.desk.get(HANDOVER).context["leave_id"]
        self.desk.post(
            HANDOVER,
            {
                "request_id": left,
                "unusual": "The mail server refuses some addresses since this morning.",
                "watch": "Whether it goes on.",
                "promised": "One call-back.",
            },
        )
        prepared(user=self.anna)
