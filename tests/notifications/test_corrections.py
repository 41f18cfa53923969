"""Staff correct an address on a message that got stuck, and everything that follows goes the right way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking, Enquiry
from notifications.models import Delivery
from operations import recovery, repair
from operations.workflow import Event
from tests.desk.staff import client, press
from tests.factories import STAFF, BookingFactory, DeliveryFactory, EnquiryFactory, advance
from tests.notifications.test_reminders import accept

pytestmark = pytest.mark.django_db
WRONG, RIGHT = "adda@example.com", "ada@example.com"


def stuck(condition="notifications.dead", booking=None, **fields):
    trait = {"notifications.dead": "dead", "notifications.bounced": "bounced"}[condition]
    return DeliveryFactory(
        booking=booking or BookingFactory(accepted=True, email=WRONG), **{trait: True, **fields}
    )


def correct(delivery, recipient=RIGHT, condition="notifications.dead", operation=STAFF):
    found = recovery.conditions()[condition]
    [outcome] = repair.apply(
        found, found.remedy("correct"), [delivery.pk], operation, answers={"recipient": recipient}
    )
    return outcome


def to(address, **wanted):
    return Delivery.objects.filter(recipient=address, **wanted)


@pytest.mark.parametrize("condition", ["notifications.dead", "notifications.bounced"])
def test_the_booking_has_the_right_address_from_now_on(condition):
    delivery = stuck(condition)
    before = Booking.objects.get()
    assert correct(delivery, condition=condition).result == "applied"
    booking = Booking.objects.get()

    assert booking.email == RIGHT
    assert booking.version == before.version + 1
    event = Event.objects.of(booking).last()
    assert (event.transition, event.actor, event.reason) == ("correct_email", "staff", STAFF.reason)
    assert to(RIGHT, kind="confirmation").count() == 1
    assert to(WRONG, kind="address_changed").count() == 1
    assert not recovery.conditions()[condition].records().exists()


def test_reminders_that_have_not_left_go_to_the_right_address_only():
    booking = accept(email=WRONG)
    delivery = Delivery.objects.get(kind="confirmation")
    delivery = advance(advance(delivery, "lease", **LEASE), "give_up", **GAVE_UP)
    waiting = to(WRONG, kind="reminder", status="pending").count()
    correct(delivery)

    assert waiting == 2
    assert to(RIGHT, kind="reminder", status="pending").count() == waiting
    assert not to(WRONG, kind="reminder", status="pending").exists()
    assert Booking.objects.get(pk=booking.pk).email == RIGHT


def test_the_message_that_staff_corrected_leaves_too_when_it_is_not_the_latest():
    booking = BookingFactory(accepted=True, email=WRONG)
    link = DeliveryFactory(booking=booking, kind="link_sent_again", dead=True)
    DeliveryFactory(booking=booking, done=True)
    correct(link)

    copies = to(RIGHT).exclude(kind="reminder").values_list("kind", flat=True)
    assert sorted(copies) == ["confirmation", "link_sent_again"]


def test_who_has_corrected_it_themselves_keeps_their_address():
    delivery = stuck(booking=BookingFactory(accepted=True, email="mine@example.com"), recipient=WRONG)
    correct(delivery)

    assert Booking.objects.get().email == "mine@example.com"
    assert to(RIGHT, kind="confirmation").exists()


def test_staff_may_correct_as_often_as_it_takes(settings):
    delivery = stuck()
    for number in range(settings.HOLDFAST.address_corrections_per_day + 1):
        assert correct(delivery, f"ada{number}@example.com").result == "applied"
        copy = to(f"ada{number}@example.com", kind="confirmation").get()
        delivery = advance(advance(copy, "lease", **LEASE), "give_up", **GAVE_UP)

    assert Booking.objects.get().email == f"ada{number}@example.com"


@pytest.mark.parametrize("typed", [WRONG, "not an address", "0170 1234567"])
def test_what_is_refused_changes_nothing(typed):
    delivery = stuck()
    assert correct(delivery, typed).result == "refused"

    assert Booking.objects.get().email == WRONG
    assert Delivery.objects.count() == 1


def test_a_message_to_staff_changes_no_booking():
    delivery = stuck(kind="staff_request_waiting", is_for_staff=True, recipient="old@place.example")
    correct(delivery, "new@place.example")

    assert Booking.objects.get().email == WRONG
    assert to("new@place.example").exists()


def test_the_answer_to_an_enquiry_will_go_to_the_right_address():
    enquiry = EnquiryFactory(email=WRONG)
    delivery = DeliveryFactory(booking=None, kind="enquiry_received", recipient=WRONG, dead=True)
    enquiry.messages.create(delivery=delivery)
    correct(delivery)

    assert Enquiry.objects.get().email == RIGHT
    assert to(RIGHT, kind="enquiry_received").count() == 1


def test_a_wrong_number_is_corrected_likewise(settings):
    settings.SMS_URL = "http://127.0.0.1:9/"
    booking = BookingFactory(
        accepted=True, phone="0170 1234567", starts_at=timezone.now() + timedelta(days=3)
    )
    booking.location.text_messages = True
    booking.location.save()
    delivery = stuck(booking=booking, channel="sms", recipient="+491701234567")
    mail = DeliveryFactory(booking=booking)
    assert correct(delivery, "+49 171 7654321").result == "applied"

    assert Booking.objects.get().phone == "+491717654321"
    assert to("+491717654321", channel="sms", kind="confirmation").count() == 1
    assert to("+491717654321", channel="sms", kind="reminder").count() == 2
    assert not to("+491701234567", status="pending").exists()
    assert Delivery.objects.get(pk=mail.pk).status == "pending"


def test_a_number_without_its_country_is_refused():
    delivery = stuck(channel="sms", recipient="+491701234567")

    assert correct(delivery, "0171 7654321").result == "refused"


def test_pressed_at_the_desk_it_says_what_it_will_do():
    delivery = stuck()
    browser = client("front desk")
    condition = recovery.conditions()["notifications.dead"]
    answer = press(browser, condition, delivery, "correct", recipient=RIGHT)

    assert answer.status_code == 303
    assert Booking.objects.get().email == RIGHT


LEASE = {"token": "00000000-0000-0000-0000-000000000001", "worker": "00000000-0000-0000-0000-000000000002"}
GAVE_UP = {"failure_class": "permanent", "failure_text": "550 no such user"}
