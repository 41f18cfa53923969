"""Why a letter can be believed: it says what is true when it leaves, and links to what shows the rest."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import icalendar
import pytest
import time_machine
from django.db import transaction

from bookings import changes, letters, messages, processing, what_changed
from bookings.booking import Booking
from bookings.letters import compose
from bookings.models import Message
from notifications import kinds, mime, wire, work
from notifications.models import Delivery
from operations import intents
from operations.workflow import WORKER, Source
from tests.factories import (
    CUSTOMER,
    STAFF,
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    LocationFactory,
    ResourceFactory,
    SessionFactory,
    advance,
)

pytestmark = pytest.mark.django_db

MONDAY_NINE = datetime(2030, 1, 7, 9, tzinfo=UTC)
MARK = "You may already have this message"
TRUE_OF = {
    "received": "waiting",
    "confirmation": "accepted",
    "declined": "cancelled_by_staff",
    "moved": "accepted",
    "cancelled_by_customer": "cancelled",
    "cancelled_by_staff": "cancelled_by_staff",
    "failed": "failed",
    "link_sent_again": "accepted",
}


def tell(booking, kind, **kwargs):
    with transaction.atomic():
        delivery = messages.tell(booking, kind, WORKER, **kwargs)
    assert delivery
    return delivery


def written(kind, **kwargs):
    booking = BookingFactory(**{TRUE_OF[kind]: True}, **kwargs)
    return booking, tell(booking, kind)


@pytest.mark.parametrize("kind", TRUE_OF)
def test_every_letter_has_subject_text_html_facts_and_the_link_of_this_message(kind):
    booking, delivery = written(kind)
    letter = compose(delivery)

    assert letter.subject
    for body in (letter.text, letter.html):
        assert booking.reference in body
        assert "Central European Time" in body
        assert f"/b/{booking.token}/?m={delivery.uid}" in body


@pytest.mark.parametrize("kind", TRUE_OF)
def test_no_template_leaves_a_gap_or_a_tag(kind):
    _booking, delivery = written(kind)
    letter = compose(delivery)

    for text in (letter.subject, letter.text):
        assert not any(mark in text for mark in ("{{", "{%", "None", "&amp;", "\n\n\n"))


def test_each_kind_that_the_domain_uses_is_declared():
    assert {*TRUE_OF, "enquiry_received", "enquiry_answered", "staff_request_waiting"} <= set(kinds.kinds())


def test_styles_are_inlined_and_nothing_is_fetched():
    letter = compose(written("confirmation")[1])

    assert 'style="' in letter.html
    assert "src=" not in letter.html
    assert "<link" not in letter.html


def test_what_people_type_is_text_in_html_and_plain_in_text():
    letter = compose(written("confirmation", name="<script>alert(1)</script> & Söhne")[1])

    assert "<script>" not in letter.html
    assert "<script>alert(1)</script> & Söhne" in letter.text


def test_a_copy_says_that_it_is_one(server):
    booking, first = written("confirmation")
    work.drain()
    copy = tell(booking, "confirmation", copy=True)

    assert MARK not in compose(first).text
    assert MARK in compose(copy).text
    assert MARK in compose(copy).html


def test_the_confirmation_invites_and_the_cancellation_takes_it_back():
    booking, confirmation = written("confirmation")
    invitation = attached(confirmation)
    cancelled = advance(booking, "cancel", CUSTOMER, by="customer")
    removal = attached(tell(cancelled, "cancelled_by_customer"))

    assert (invitation["method"], removal["method"]) == ("REQUEST", "CANCEL")
    assert invitation.events[0]["uid"] == removal.events[0]["uid"]
    assert invitation.events[0]["sequence"] < removal.events[0]["sequence"]


@pytest.mark.parametrize("kind", ["received", "failed", "link_sent_again"])
def test_what_is_no_appointment_goes_into_no_calendar(kind):
    assert compose(written(kind)[1]).attachments == ()


def test_a_letter_that_leaves_late_tells_how_things_stand_now():
    booking, confirmation = written("confirmation")
    advance(booking, "cancel", STAFF, by="staff", reason="The stylist is ill.")
    letter = compose(confirmation)

    assert "is confirmed" not in letter.text + letter.html
    assert "This booking is cancelled" in letter.text
    assert letter.attachments == ()


def test_a_letter_says_until_when_things_can_be_changed():
    letter = compose(written("confirmation")[1])

    for body in (letter.text, letter.html):
        assert "You can move or cancel it here until" in body


@pytest.mark.parametrize("kind", ["confirmation", "received"])
def test_the_first_letter_says_what_it_costs(kind):
    _booking, delivery = written(kind, price="28.00", deposit="10.00")
    letter = compose(delivery)

    assert "\nPrice: €28.00, €10.00 of it as deposit\nReference" in letter.text
    assert "€28.00, €10.00 of it as deposit</td>" in letter.html


def test_what_costs_nothing_is_not_priced():
    assert "Price" not in compose(written("confirmation", price=0)[1]).text


@pytest.mark.parametrize("kind", ["confirmation", "reminder", "moved", "link_sent_again"])
@pytest.mark.parametrize(
    ("hours", "said"), [(24 * 6, "cancelled online until"), (24 * 30, "so soon that it cannot be cancelled")]
)
def test_after_the_window_no_letter_offers_what_the_page_refuses(kind, hours, said):
    place = LocationFactory(cancel_until_hours=hours)
    booking = BookingFactory(accepted=True, service__location=place)
    with time_machine.travel(booking.starts_at - timedelta(days=2)):
        letter = letters.write(Delivery(kind=kind), booking)

    for body in (letter.text, letter.html):
        assert said in body
        assert f"Please contact {place.name}" in body
        assert not any(offer in body for offer in ("You can move or cancel", "say so in good time"))


def test_the_letter_about_a_move_names_the_old_time_and_the_new():
    booking = BookingFactory(accepted=True, starts_at=MONDAY_NINE)
    session = SessionFactory(service=booking.service, starts_at=MONDAY_NINE + timedelta(days=1, hours=2))
    to: Any = {"session": session, "place": 1, "resource": booking.resource, "wants_resource": False}
    moved = advance(booking, "move", STAFF, **to, local_start="2030-01-08T12:00:00+01:00")
    letter = letters.write(Delivery(kind="moved", language="en"), moved)

    assert "New time: Tuesday 8 January 2030, 12:00" in letter.text
    assert "\nOld time: Monday 7 January 2030, 10:00\nWhere" in letter.text
    assert ">Monday 7 January 2030, 10:00</s>" in letter.html


def test_a_move_to_somebody_else_names_no_old_time():
    booking = BookingFactory(accepted=True)
    session = SessionFactory(
        service=booking.service,
        starts_at=booking.starts_at,
        resources=[ResourceFactory(location=booking.location)],
    )
    to: Any = {"session": session, "place": 1, "resource": booking.resource, "wants_resource": False}
    moved = advance(booking, "move", STAFF, **to, local_start=booking.local_start)

    assert "Old time" not in letters.write(Delivery(kind="moved", language="en"), moved).text
    assert what_changed.so_far(moved).moved.endswith("at the same time.")


def test_what_is_over_is_not_said_to_be_changeable():
    assert "change or cancel" not in compose(written("cancelled_by_staff")[1]).text


def test_what_is_overtaken_does_not_leave():
    booking, confirmation = written("confirmation")
    link = tell(booking, "link_sent_again")
    with transaction.atomic():
        messages.supersede_unsent(booking, WORKER)

    assert Delivery.objects.get(pk=confirmation.pk).status == "cancelled"
    assert Delivery.objects.get(pk=link.pk).status == "pending"


def test_an_accepted_request_is_not_told_of_its_receipt_any_more(server):
    booking = BookingFactory(waiting=True)
    tell(booking, "received")
    with transaction.atomic():
        processing.accept(Booking.objects.get(pk=booking.pk), STAFF)
    work.drain()

    assert [mail.mail["Subject"].split(":")[0] for mail in server.received] == ["Confirmed"]


def test_one_revision_is_told_once():
    booking, first = written("confirmation")

    assert tell(booking, "confirmation") == first
    assert Message.objects.get().delivery == first


def test_a_link_asked_for_again_and_again_is_sent_once_in_a_while():
    booking = BookingFactory(accepted=True)

    assert tell(booking, "link_sent_again", copy=True) == tell(booking, "link_sent_again", copy=True)


def test_the_customer_asks_for_the_message_again(server):
    booking, first = written("confirmation")
    work.drain()
    changed = changes.resend(
        intents.read(intents.issue(), "web:resend"), booking.token, version=booking.version, source=Source.WEB
    )
    work.drain()

    assert changed.booking.version == booking.version
    assert [MARK in mail.text for mail in server.received] == [False, True]
    assert Delivery.objects.exclude(pk=first.pk).get().copy_of == first


def test_staff_are_told_where_to_answer_and_by_when():
    with transaction.atomic():
        booking = BookingFactory(waiting=True, notes="By the window, please")
        delivery = messages.tell_staff(booking, "staff_request_waiting", WORKER)
    assert delivery
    letter = compose(delivery)

    assert f"/admin/desk/bookings.awaiting_staff/{booking.pk}/" in letter.text
    assert "By the window, please" in letter.text
    assert booking.token not in letter.text + letter.html
    assert delivery.recipient == booking.location.email


def test_a_place_without_an_address_is_not_written_to():
    booking = BookingFactory(waiting=True, service__location=LocationFactory(email=""))
    with transaction.atomic():
        assert messages.tell_staff(booking, "staff_request_waiting", WORKER) is None


def test_a_person_who_wrote_is_answered():
    enquiry = EnquiryFactory(answered=True)
    with transaction.atomic():
        delivery = messages.tell_enquirer(enquiry, "enquiry_answered", STAFF)

    assert delivery
    assert "Yes, we do." in compose(delivery).text
    assert enquiry.text in compose(delivery).text


def test_a_letter_that_cannot_be_written_is_its_own_failure_and_not_the_booking_s(server):
    booking = BookingFactory(accepted=True)
    made = DeliveryFactory(booking=booking, kind="no_template_for_this")
    kinds.register(kinds.Kind(code=made.kind, title="Broken", compose=compose))
    work.drain()
    kinds.kinds().pop(made.kind)
    broken = Delivery.objects.get(pk=made.pk)

    assert (broken.status, broken.failure_class) == ("pending", "bug")
    assert Booking.objects.get(pk=booking.pk).version == booking.version


def attached(delivery) -> Any:
    sent = wire.encoded(mime.build(delivery, compose(delivery)))
    mail = message_from_bytes(sent, policy=policy.default)
    [part] = mail.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    found = icalendar.Calendar.from_ical(part.get_content())
    assert part.get_param("method") == found["method"]
    return found
