"""Every public page in every situation worth looking at, as a visitor without a script gets it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from operations import intents
from tests.factories import (
    STAFF,
    BookingFactory,
    DeliveryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    WaitEntryFactory,
    advance,
)
from tests.pages.visitor import Form, Page, Visitor

STATES = (
    *("draft", "waiting", "waiting_for_payment", "accepted", "in_progress", "completed"),
    *("cancelled", "cancelled_by_staff", "failed"),
)
MESSAGES = ("working", "done", "bounced", "unknown", "dead", "held", "expired")


def hang(visitor: Visitor, service, form: Form) -> dict[str, Page]:
    """The pages by name; `form` is filled in and not sent yet."""
    LocationFactory(slug="second", name="区民テニスコート")
    ResourceFactory(
        location=service.location, slug="lena", name="Lena", hours="Mo-Su 09:00-10:00", position=1
    )
    return (
        _ways(visitor, service)
        | _states(visitor, service)
        | _acts(visitor, service)
        | _forms(visitor, form)
        | _series(visitor, service)
        | _waiting(visitor, service)
        | _online(visitor, service)
    )


def _ways(visitor: Visitor, service) -> dict[str, Page]:
    day = timezone.localdate(timezone=service.location.zone)
    paths = {
        "places": "/",
        "services": "/salon/",
        "times": f"/salon/cut/?date={day + timedelta(days=1)}",
        "times-with": f"/salon/cut/?date={day + timedelta(days=1)}&resource=lena",
        "times-over": f"/salon/cut/?date={day - timedelta(days=1)}",
        "times-beyond": f"/salon/cut/?date={day + timedelta(days=99)}",
        "month": f"/salon/cut/month/?month={day:%Y-%m}",
        "times-odd": "/salon/cut/?date=x",
        "contact": "/salon/contact/",
        "contact-received": "/salon/contact/?received=HF-ABCDEFGH&repeat=1",
        "find": "/find/",
        "language": "/language/?next=/salon/",
        "found": "/find/?sent=1",
        "not-found": "/nowhere/",
        "no-start": "/salon/cut/book/",
        "past-start": "/salon/cut/book/?start=2020-01-05T09:00:00%2B01:00",
    }
    return {name: visitor.open(path) for name, path in paths.items()}


def _states(visitor: Visitor, service) -> dict[str, Page]:
    pages = {}
    for number, state in enumerate(STATES):
        booking = BookingFactory(service=service, starts_at=in_days(5 + number), **{state: True})
        pages[f"booking-{state}"] = visitor.open(f"/b/{booking.token}/?repeat=1")
    kept, gone = (
        BookingFactory(service=service, accepted=True, email="eve@example.com", starts_at=in_days(day))
        for day in (21, 22)
    )
    advance(gone, "merge", STAFF, into=kept)
    pages["booking-merged"] = visitor.open(f"/b/{gone.token}/")
    told = BookingFactory(service=service, accepted=True, name="W" * 80, starts_at=in_days(20))
    for message in MESSAGES:
        DeliveryFactory(booking=told, **{message: True})
    return pages | {"booking-told": visitor.open(f"/b/{told.token}/")}


def _acts(visitor: Visitor, service) -> dict[str, Page]:
    booking = BookingFactory(service=service, accepted=True, starts_at=in_days(30))
    acts = ("cancel", "move", "retry", "resend", "address")
    pages = {act: visitor.open(f"/b/{booking.token}/{act}/") for act in acts}
    form = pages["move"].form("/move/")
    pages["move-confirm"] = visitor.send(form, start=form.choices["start"][-1], step="check")
    pages["move-nowhere"] = visitor.send(pages["move"].form("/move/"), start="")
    pages["move-past"] = visitor.send(pages["move"].form("/move/"), start="2020-01-05T09:00:00+01:00")
    advance(booking, "start", STAFF)
    pages["stale"] = visitor.send(pages["cancel"].form())
    return pages


def _waiting(visitor: Visitor, service) -> dict[str, Page]:
    yoga = ServiceFactory(location=service.location, slug="yoga", name="Yoga", wait_list=True)
    teacher = ResourceFactory(
        location=service.location, slug="ines", name="Inês", hours="Mo-Su 18:00-19:00", position=2
    )
    yoga.requirements.create(kind="person").resources.add(teacher)
    start = in_days(3).astimezone(service.location.zone).replace(hour=18)
    for half in (0, 30):
        BookingFactory(service=yoga, resource=teacher, starts_at=start + timedelta(minutes=half))
    waits, left = WaitEntryFactory(service=yoga), advance(WaitEntryFactory(service=yoga), "leave")
    offered = WaitEntryFactory(service=yoga, offered=True)
    day = f"date={start.date()}"
    paths = {
        "times-full": f"/salon/yoga/?{day}",
        "wait-form": f"/salon/yoga/wait/?{day}",
        "wait-nothing": "/salon/yoga/wait/",
        "wait-waiting": f"/w/{waits.token}/",
        "wait-offered": f"/w/{offered.token}/",
        "wait-left": f"/w/{left.token}/",
        "wait-offer": f"/b/{offered.booking.token}/",
        "wait-take": f"/b/{offered.booking.token}/take/",
    }
    pages = {name: visitor.open(path) for name, path in paths.items()}
    for _twice in range(2):
        page = visitor.send(pages["wait-form"].form("/wait/"), name="Ada", email="ada@example.com")
        pages["wait-form"] = visitor.open(paths["wait-form"])
    return pages | {"wait-already": page}


def _online(visitor: Visitor, service) -> dict[str, Page]:
    talk = ServiceFactory(
        location=service.location,
        slug="talk",
        name="Talk",
        takes_place_online=True,
        how_to_join=f"https://meet.example.com/{'room' * 20}\nNo camera? We call you.",
    )
    booking = BookingFactory(service=talk, accepted=True, starts_at=in_days(41))
    day = in_days(42).astimezone(service.location.zone).date()
    return {
        "times-online": visitor.open(f"/salon/talk/?date={day}"),
        "booking-online": visitor.open(f"/b/{booking.token}/"),
    }


def _series(visitor: Visitor, service) -> dict[str, Page]:
    start = in_days(37)
    BookingFactory(service=service, starts_at=start + timedelta(weeks=1))
    path = f"/salon/cut/series/?start={start.isoformat().replace('+', '%2B')}"
    plan = visitor.open(f"{path}&every=week&count=4")
    form = plan.form("/series/")
    typed = {"name": "Ada", "email": "ada@example.com", "keep": form.choices["keep"]}
    series = visitor.send(form, **typed)
    return {
        "series-how-often": visitor.open(path),
        "series-plan": plan,
        "series-odd": visitor.open("/salon/cut/series/"),
        "series": series,
        "series-cancel": visitor.open(f"{series.path}cancel/"),
    }


def _forms(visitor: Visitor, form: Form) -> dict[str, Page]:
    pages = {"form": visitor.open("/salon/cut/book/?start=" + form.fields["start"].replace("+", "%2B"))}
    pages["form-errors"] = visitor.send(form, name="", email="ada", start="x", resource="x")
    pages["form-other-times"] = visitor.send(form, step="times", phone="")
    pages["form-forged"] = visitor.send(form, request_id="x")
    pages["form-of-another-session"] = visitor.send(form, csrfmiddlewaretoken="")
    pages["booked"] = visitor.send(form)
    pages["booked-again"] = visitor.send(form)
    later = datetime.fromisoformat(form.fields["start"]) + timedelta(hours=2)
    pages["choice"] = visitor.send(form, start=later.isoformat(), name="Eve")
    pages["duplicate"] = visitor.send(form, request_id=intents.issue())
    pages["taken"] = visitor.send(form, request_id=intents.issue(), email="eve@example.com")
    pages["contact-errors"] = visitor.send(visitor.open("/salon/contact/").form())
    pages["find-errors"] = visitor.send(visitor.open("/find/").form())
    return pages


def in_days(days: int) -> datetime:
    """Nine o'clock UTC so many days from now."""
    return (timezone.now() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
