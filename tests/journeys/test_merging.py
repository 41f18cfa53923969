"""Two bookings that one person made for the same time become one, once, whoever presses when."""

import uuid

import pytest

from bookings import changes, intake, merged, merging, processing, proof
from bookings.intake import Submission
from bookings.models import Booking, Message
from bookings.waitlist.entry import FreedDay
from notifications.models import Delivery
from operations import intents, promises, recovery, repair
from operations.models import Event
from operations.repair import Result
from operations.workflow import Actor, Operation, Source
from tests.factories import (
    BookingFactory,
    DeliveryFactory,
    ResourceFactory,
    ServiceFactory,
    WaitEntryFactory,
    advance,
    in_a_week,
)
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

CONDITION = "bookings.possible_duplicate"
ADA = "ada@example.com"


def by_staff() -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, reason="pressed twice", user_id=1)


def booked_twice(service=None, first=None, second=None) -> tuple[Booking, Booking]:
    """The earlier and the later of two bookings of one person for one time, each with a person of its own."""
    service = service or ServiceFactory()
    resources = ResourceFactory.create_batch(2, location=service.location)
    earlier = BookingFactory(
        **{"service": service, "resource": resources[0], "email": ADA, "accepted": True} | (first or {})
    )
    later = {"service": service, "resource": resources[1], "email": ADA, "starts_at": earlier.starts_at}
    return earlier, BookingFactory(**later | {"accepted": True, "duplicate_of": earlier} | (second or {}))


def merge(booking, version=None, others=None):
    condition = recovery.conditions()[CONDITION]
    pressed = condition.remedy("merge")
    [outcome] = repair.apply(condition, pressed, [booking.pk], by_staff(), version=version, others=others)
    return outcome


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def test_the_earlier_of_two_confirmed_bookings_stays_and_the_later_one_leads_to_it():
    earlier, later = booked_twice()

    assert merge(later).result == Result.APPLIED

    assert (fresh(earlier).status, fresh(later).status) == ("accepted", "cancelled")
    assert fresh(later).merged_into == earlier
    assert not fresh(later).session.is_live


def test_what_is_confirmed_stays_before_what_is_not():
    earlier, later = booked_twice(ServiceFactory(by_staff=True), first={"accepted": False, "waiting": True})

    merge(later)

    assert (fresh(earlier).status, fresh(later).status) == ("cancelled", "accepted")
    assert fresh(later).duplicate_of is None


def test_the_one_that_stays_takes_what_it_lacks_and_keeps_what_it_has():
    mine = {"answers": {"hair": kept("long")}, "notes": "By the window"}
    theirs = {
        "answers": {"hair": kept("short"), "dog": kept("yes")},
        "notes": "With a dog",
        "phone": "0301",
    }
    earlier, later = booked_twice(first=mine, second=theirs)

    merge(later)

    stays = fresh(earlier)
    assert stays.phone == "0301"
    assert stays.notes == f"By the window\n\n[{later.reference}]\nWith a dog\n{kept('')['question']}: short"
    assert {code: each["answer"] for code, each in stays.answers.items()} == {"hair": "long", "dog": "yes"}
    assert fresh(later).notes == "With a dog"


def test_another_number_is_kept_beside_the_first():
    earlier, later = booked_twice(first={"phone": "0301 111111"}, second={"phone": "0302 222222"})

    merge(later)

    assert (fresh(earlier).phone, fresh(earlier).notes) == (
        "0301 111111",
        f"[{later.reference}]\n0302 222222",
    )


def test_merging_settles_no_other_doubling():
    first, second = booked_twice()
    third = BookingFactory(
        service=first.service,
        resource=ResourceFactory(location=first.location),
        email=ADA,
        starts_at=first.starts_at,
        accepted=True,
        duplicate_of=second,
    )

    merge(third)

    assert fresh(second).duplicate_of == first


def test_notes_that_say_the_same_are_kept_once():
    earlier, later = booked_twice(first={"notes": "Ring twice"}, second={"notes": "Ring twice"})

    merge(later)

    assert fresh(earlier).notes == "Ring twice"


def test_both_histories_tell_of_one_operation():
    earlier, later = booked_twice()

    merge(later)

    took, went = Event.objects.of(earlier).last(), Event.objects.of(later).last()
    assert (took.transition, went.transition) == ("take_over", "merge")
    assert took.operation_id == went.operation_id
    assert (took.details["merged"], went.details["into"]) == (later.reference, earlier.reference)


def test_the_customer_gets_one_message_and_none_that_scares():
    _earlier, later = booked_twice()
    waiting = DeliveryFactory(booking=later)
    reminder = DeliveryFactory(booking=later, kind="reminder")

    merge(later)

    for overtaken in (waiting, reminder):
        assert Delivery.objects.get(pk=overtaken.pk).status == "cancelled"
    [told] = Delivery.objects.filter(status="pending")
    assert (told.kind, told.recipient) == ("merged", ADA)
    assert Message.objects.get(delivery=told).booking == later


def test_every_promise_holds_when_two_real_bookings_became_one():
    service = ServiceFactory()
    service.requirements.create(kind="person")
    ResourceFactory.create_batch(2, location=service.location)
    wanted = Submission(
        service=service, start=in_a_week(), resource=None, name="Ada", email=ADA, confirm_duplicate=True
    )
    for _ in range(2):
        intake.submit(intents.Request("web:book", uuid.uuid4()), wanted, source=Source.WEB)
    while processing.drain():
        pass
    merge(Booking.objects.get(duplicate_of__isnull=False))

    assert [breach for promise in promises.promises().values() for breach in promise.breaches()] == []


def test_whoever_waits_for_a_time_is_looked_for():
    earlier, later = booked_twice(ServiceFactory(wait_list=True))
    WaitEntryFactory(service=later.service, starts_at=later.starts_at)

    merge(later)

    assert FreedDay.objects.filter(location=earlier.location).exists()


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"email": "bert@example.com"}, "different addresses"),
        ({"people": 2}, "different numbers of people"),
        ({"wants_resource": True}, "asks for"),
        ({"accepted": False, "completed": True}, "does not stand any more"),
    ],
)
def test_what_cannot_be_one_booking_is_refused_with_a_reason(second, said):
    service = ServiceFactory(capacity=4)
    earlier, later = booked_twice(service, second=second)

    outcome = merge(later)

    assert outcome.result == Result.REFUSED
    assert said in outcome.message
    assert (fresh(earlier).version, fresh(later).version) == (earlier.version, later.version)


def test_a_time_that_is_only_held_is_nothing_to_merge_with():
    _earlier, later = booked_twice(first={"accepted": False, "draft": True})

    assert "not booked yet" in merge(later).message


def test_two_paid_bookings_are_not_made_one_behind_the_customers_back():
    _earlier, later = booked_twice(ServiceFactory(by_payment=True))

    assert "Give one payment back" in merge(later).message


def test_without_addresses_the_telephone_number_decides():
    by_phone = {"email": "", "phone": "030 1234567"}
    _earlier, later = booked_twice(first=by_phone, second=by_phone | {"phone": "+49 30 1234567"})

    assert merge(later).result == Result.APPLIED


def test_without_address_and_number_nobody_can_tell_who_it_is():
    nobody = {"email": "", "phone": ""}
    _earlier, later = booked_twice(first=nobody, second=nobody)

    assert merge(later).result == Result.REFUSED


def test_a_press_from_a_page_that_showed_another_state_of_the_other_booking_changes_nothing():
    earlier, later = booked_twice()
    shown = recovery.conditions()[CONDITION].remedy("merge").marks(fresh(later))
    advance(earlier, "correct_phone", phone="0302")

    outcome = merge(later, version=later.version, others=shown)

    assert outcome.result == Result.STALE
    assert fresh(later).status == "accepted"


def test_of_two_staff_one_merges_and_the_other_is_told():
    earlier, later = booked_twice()

    results = [outcome.result for outcome in race(2, lambda _: merge(later, version=later.version))]

    assert sorted(results) == [Result.ALREADY_RESOLVED, Result.APPLIED]
    assert Event.objects.of(earlier).filter(transition="take_over").count() == 1
    assert Delivery.objects.filter(kind="merged").count() == 1


@pytest.mark.parametrize("which", [0, 1])
def test_while_the_customer_cancels_one_the_other_always_stands(which):
    pair = booked_twice()

    def act(index: int) -> object:
        if index:
            return merge(pair[1], version=pair[1].version)
        request = intents.Request("web:cancel", uuid.uuid4())
        chosen = pair[which]
        return changes.cancel(request, chosen.token, version=chosen.version, source=Source.WEB)

    race(2, act)

    statuses = [fresh(booking).status for booking in pair]
    merged_into = [fresh(booking).merged_into for booking in pair]
    assert "cancelled" in statuses
    # Either the customer's word came first and there was nothing to merge, or it met what it did not show.
    assert ("accepted" in statuses) or (which == 0 and merged_into[1] == pair[0])
    assert proof.merged_wrongly() == []


def test_a_third_booking_is_compared_with_what_the_second_became():
    earlier, later = booked_twice(ServiceFactory(by_staff=True), first={"accepted": False, "waiting": True})
    third = BookingFactory(
        service=earlier.service,
        resource=ResourceFactory(location=earlier.location),
        email=ADA,
        accepted=True,
        duplicate_of=earlier,
    )
    merge(later)

    assert merging.others(fresh(third)) == [later]
    assert merge(third).result == Result.APPLIED
    assert fresh(third).merged_into == later


def test_a_link_leads_on_through_everything_that_was_merged():
    earlier, later = booked_twice()
    merge(later)

    assert merged.what_counts(fresh(later)) == earlier


def test_a_link_leads_to_nobody_elses_page():
    earlier, later = booked_twice()
    merge(later)
    advance(earlier, "correct_email", email="somebody@example.com")

    assert merged.what_counts(fresh(later)) is None


def kept(answer: str) -> dict[str, object]:
    return {"question": "?", "kind": "line", "version": 1, "position": 0, "answer": answer}
