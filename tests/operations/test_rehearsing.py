"""What customers and machines do in a rehearsal is real, and it takes itself back."""

import pytest

from bookings import processing, rehearsal, rehearsed
from bookings.models import Booking
from notifications.models import Delivery
from operations import proving, recovery, rehearsals
from operations.history import Event
from operations.intents import Intent, Refused
from operations.rehearsals import NotPossible
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source
from tests.factories import ResourceFactory, ServiceFactory

STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, reason=rehearsals.REASON)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO = settings.LOCAL_INBOX = True


@pytest.fixture(autouse=True)
def service(transactional_db):
    """Somebody is there at any hour."""
    service = ServiceFactory(location__opening_hours="24/7")
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


@use_case
def clear(booking):
    rehearsals.clear(booking, STAFF)


def stage(drill):
    return rehearsals.drills()[drill].run()


def test_four_clicks_make_one_booking_and_three_repeats():
    stage("double_clicks")

    assert Booking.objects.count() == 1
    assert Intent.objects.get(scope="web:book").repeats == 3


def test_an_old_page_cancels_nothing_and_leaves_a_trace():
    stage("stale_phone")

    booking = Booking.objects.get()
    assert booking.status == "accepted"
    assert [event.transition for event in Event.objects.of(booking)] == ["submit", "accept", "move"]
    assert Refused.objects.get(subject_id=booking.pk).code == "stale_version"


def test_whoever_should_confirm_is_silent_until_it_ends_by_itself(service):
    type(service).objects.update(approval="payment")

    staged = stage("provider_silent")

    waiting = recovery.conditions()["bookings.awaiting_confirmation"].records().get()
    assert waiting.answer_until == staged.until


def test_without_anybody_who_confirms_it_says_so():
    with pytest.raises(NotPossible, match="confirmed by a payment"):
        stage("provider_silent")


def test_a_stuck_booking_goes_on_at_once_when_the_fault_is_taken_back():
    stage("stuck_submission")
    rehearsals.drills()["stuck_submission"].end()

    processing.drain()

    assert Booking.objects.get().status == "accepted"


@pytest.mark.parametrize(
    "drill", ["stuck_submission", "failed_booking", "wrong_address", "double_clicks", "stale_phone"]
)
def test_what_it_made_is_marked_and_is_put_away_with_its_history(drill):
    staged = stage(drill)
    [booking] = staged.records
    assert rehearsal.is_marked(Booking.objects.get())

    clear(booking)
    clear(booking)

    assert Booking.objects.get().status == "cancelled"
    assert not Delivery.objects.filter(kind="cancelled_by_staff").exists()
    assert [code for code, each in recovery.conditions().items() if each.records().exists()] in (
        [],
        ["operations.no_worker"],
    )
    assert proving.prove().findings == []


def test_customers_come_in_while_something_is_broken():
    assert len(rehearsals.customers(3)) == Booking.objects.count() == 3


def test_where_nothing_is_free_nobody_comes(service):
    type(service).objects.update(is_active=False)

    assert rehearsed.customers(3) == []
