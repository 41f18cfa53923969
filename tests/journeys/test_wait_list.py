"""What becomes free goes to whoever has waited longest, is held for one person only, and nobody is lost."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bookings import changes, intake, processing, remedies
from bookings.allocation import TimeTaken
from bookings.changes import NotAllowedNow
from bookings.eligibility import NotOffered
from bookings.intake import Submission
from bookings.models import Booking, WaitEntry
from bookings.waitlist import joining, offering
from bookings.waitlist.joining import AlreadyWaiting, StillFree, Wish
from notifications.models import Delivery
from operations import intents, proving, sweeps
from operations.errors import StaleRecord
from operations.workflow import WORKER, Source
from tests.factories import LEASED, STAFF, ResourceFactory, ServiceFactory, advance, in_a_week
from tests.killing import points
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def service():
    """One person, open for one half hour a day."""
    service = ServiceFactory(wait_list=True, location__opening_hours="Mo-Su 10:00-10:30")
    service.location.time_zone = "Etc/UTC"
    service.location.save()
    ResourceFactory(location=service.location)
    return service


def ten():
    return in_a_week() + HOUR


def key(scope="web:wait"):
    return intents.Request(scope, uuid.uuid4())


def wish(service, **changes) -> Wish:
    start = changes.get("start", ten())
    wanted = {
        "service": service,
        "day": (start or ten()).date(),
        "start": start,
        "resource": None,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
    }
    return Wish(**wanted | changes)


def join(service, request=None, **changes) -> WaitEntry:
    return joining.join(request or key(), wish(service, **changes), source=Source.WEB).entry


def book(service, email="first@example.com", start=None):
    wanted = Submission(service=service, start=start or ten(), resource=None, name="Bob", email=email)
    return intake.submit(key("web:book"), wanted, source=Source.WEB).booking


def work() -> None:
    while processing.drain() or offering.drain():
        pass


def booked(service, **wanted) -> Booking:
    booking = book(service, **wanted)
    work()
    return Booking.objects.get(pk=booking.pk)


def press(act, booking, **kwargs):
    request = key(f"web:{act.__name__}")
    return act(request, booking.token, version=booking.version, source=Source.WEB, **kwargs)


def locked(booking) -> Booking:
    return Booking.objects.select_for_update().get(pk=booking.pk)


def fresh(entry: WaitEntry) -> WaitEntry:
    return WaitEntry.objects.select_related("booking").get(pk=entry.pk)


def offered(service, **wanted) -> WaitEntry:
    """Somebody whose offer is open."""
    first = booked(service)
    entry = join(service, **wanted)
    press(changes.cancel, first)
    work()
    return fresh(entry)


def held() -> int:
    return Booking.objects.live().count()


def broken() -> list[str]:
    return [finding["code"] for finding in proving.prove().findings if finding["broken"]]


def test_what_is_cancelled_is_offered_to_the_first_in_line(service):
    first = booked(service)
    one, two = join(service, email="one@example.com"), join(service, email="two@example.com", start=None)

    press(changes.cancel, first)
    work()

    assert (fresh(one).status, fresh(two).status) == ("offered", "waiting")
    assert fresh(one).booking.status == "draft"
    assert Delivery.objects.get(kind="wait_list_offer").recipient == "one@example.com"
    assert broken() == []


@pytest.mark.parametrize("how", ["fail", "move"])
def test_what_fails_or_moves_away_is_offered_too(service, how):
    first = booked(service)
    entry = join(service)

    if how == "move":
        press(changes.move, first, start=ten() + timedelta(days=1), resource=None)
    else:
        with transaction.atomic():
            processing.fail(locked(first), "time_taken", WORKER)
    work()

    assert fresh(entry).status == "offered"


def test_new_hours_are_found_without_a_booking(service):
    booked(service)
    entry = join(service, start=None)
    work()
    service.location.opening_hours = "Mo-Su 10:00-11:00"
    service.location.save()

    work()
    assert fresh(entry).status == "waiting"
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=True):
        work()

    assert fresh(entry).booking.starts_at == ten() + timedelta(minutes=15) * 2


def test_an_offer_is_taken_as_a_booking_like_any_other(service):
    entry = offered(service)

    press(changes.take, entry.booking)
    work()

    assert fresh(entry).status == "taken"
    assert fresh(entry).booking.status == "accepted"
    assert Delivery.objects.filter(kind="confirmation", recipient="ada@example.com").count() == 1
    assert broken() == []


def test_an_offer_let_go_passes_to_the_next(service):
    entry, next_one = offered(service), join(service, email="next@example.com")

    press(changes.cancel, entry.booking)
    work()

    assert (fresh(entry).status, fresh(next_one).status) == ("declined", "offered")
    assert not Delivery.objects.filter(kind="cancelled_by_customer", recipient="ada@example.com").exists()
    assert broken() == []


def test_an_offer_that_nobody_answers_passes_to_the_next(service):
    entry, next_one = offered(service), join(service, email="next@example.com")

    with time_machine.travel(entry.booking.stale_after + timedelta(seconds=1), tick=True):
        with pytest.raises(NotAllowedNow):
            press(changes.take, entry.booking)
        sweeps.sweep()
        work()

    assert (fresh(entry).status, fresh(next_one).status) == ("expired", "offered")
    assert fresh(entry).booking.status == "cancelled"
    assert broken() == []


def test_an_offer_never_lasts_past_the_notice(service):
    first = booked(service)
    entry = join(service)
    notice = timedelta(minutes=service.location.minimum_notice_minutes)

    with time_machine.travel(ten() - notice - timedelta(minutes=30), tick=True):
        with transaction.atomic():
            remedies.cancel(locked(first), STAFF)  # the customer's own window is over by then
        work()

    assert fresh(entry).booking.stale_after == ten() - notice


def test_what_could_be_held_for_a_moment_only_is_not_offered(service):
    first = booked(service)
    entry = join(service)
    with time_machine.travel(entry.until + timedelta(seconds=1), tick=True):
        with transaction.atomic():
            processing.fail(locked(first), "time_taken", WORKER)
        work()
        sweeps.sweep()

    assert fresh(entry).status == "expired"
    assert held() == 0


def test_one_form_sent_twenty_times_at_once_makes_one_entry(service):
    booked(service)
    request = key()

    answers = race(20, lambda _: joining.join(request, wish(service), source=Source.WEB))

    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 19
    assert WaitEntry.objects.count() == 1
    assert Delivery.objects.filter(kind="wait_list_joined").count() == 1


def test_nobody_waits_for_what_is_free(service):
    with pytest.raises(StillFree):
        join(service)

    assert WaitEntry.objects.count() == 0


@pytest.mark.parametrize("later", [5 * HOUR, timedelta(minutes=7), -timedelta(days=30)])
def test_nobody_waits_for_what_the_rules_do_not_offer(service, later):
    with pytest.raises(NotOffered):
        join(service, start=ten() + later)


def test_who_left_is_offered_nothing(service):
    first = booked(service)
    entry = join(service)
    joining.leave(key("web:wait-leave"), entry.token, version=entry.version, source=Source.WEB)

    press(changes.cancel, first)
    work()

    assert fresh(entry).status == "left"
    assert held() == 0


def test_leaving_from_an_old_page_is_refused_once_there_is_an_offer(service):
    entry = offered(service)

    with pytest.raises(StaleRecord):
        joining.leave(key("web:wait-leave"), entry.token, version=1, source=Source.WEB)

    assert fresh(entry).status == "offered"


def test_cancelling_offering_and_booking_at_once_hold_one_place_once(service):
    for day in range(5):
        start = ten() + timedelta(days=day)
        first = booked(service, start=start)
        entries = [join(service, start=start, email=f"{day}-{n}@example.com") for n in range(3)]
        acts = [
            lambda first=first: press(changes.cancel, first),
            lambda: offering.drain(),
            lambda start=start: book(service, "direct@example.com", start),
            lambda: offering.drain(),
            lambda start=start: book(service, "other@example.com", start),
        ]

        race(len(acts), lambda n, acts=acts: acts[n]())
        work()

        live = Booking.objects.live().filter(starts_at=start)
        assert live.count() == 1
        states = [fresh(entry).status for entry in entries]
        assert states.count("offered") == (live.get().status == "draft")
        assert states in (["offered", "waiting", "waiting"], ["waiting"] * 3)
    assert broken() == []


def test_eight_workers_offer_one_place_to_one_person_the_first(service):
    first = booked(service)
    entries = [join(service, email=f"{n}@example.com") for n in range(6)]
    press(changes.cancel, first)

    race(8, lambda _: offering.serve(service.pk, ten().date()))

    assert [fresh(entry).status for entry in entries] == ["offered"] + ["waiting"] * 5
    assert held() == 1


def test_taking_letting_go_and_the_sweep_at_once_end_an_offer_one_way(service):
    entry = offered(service)
    acts = [
        lambda: press(changes.take, entry.booking),
        lambda: press(changes.cancel, entry.booking),
        lambda: press(changes.take, entry.booking),
    ]

    answers = race(3, lambda n: acts[n]())

    assert sum(isinstance(answer, changes.Changed) for answer in answers) == 1
    assert fresh(entry).status in ("taken", "declined")
    work()
    assert broken() == []


def test_a_class_offers_each_place_that_becomes_free(service):
    service.capacity = 2
    service.save()
    first, second = booked(service, email="1@example.com"), booked(service, email="2@example.com")
    entries = [join(service, email=f"{n}@example.com") for n in range(3)]

    press(changes.cancel, first)
    press(changes.cancel, second)
    work()

    assert [fresh(entry).status for entry in entries] == ["offered", "offered", "waiting"]
    assert sorted(fresh(entry).booking.place for entry in entries[:2]) == [1, 2]


def test_the_wish_for_one_person_is_kept(service):
    lena = ResourceFactory(location=service.location, slug="lena")
    mehmet = booked(service)
    booked(service, email="2@example.com")
    entry = join(service, resource=lena)

    press(changes.cancel, mehmet)
    work()

    assert fresh(entry).status == "waiting"


def test_the_wish_for_one_room_is_kept_where_a_person_is_needed_too(service):
    rooms = [ResourceFactory(location=service.location, room=True) for _ in range(2)]
    ResourceFactory(location=service.location)
    for kind in ("person", "room"):
        service.requirements.create(kind=kind)
    taken = [booked(service, email=f"{room.pk}@example.com") for room in rooms]
    held = [each.session.allocations.get(resource__kind="room").resource for each in taken]
    entry = join(service, resource=held[1])

    press(changes.cancel, taken[0])
    work()
    assert fresh(entry).status == "waiting"

    press(changes.cancel, taken[1])
    work()
    assert fresh(entry).status == "offered"


def test_a_worker_killed_at_any_point_loses_nobody(service):
    first = booked(service)
    one, two = join(service, email="one@example.com"), join(service, email="two@example.com")
    press(changes.cancel, first)
    died = 0

    for _point in points(lambda: offering.drain()):
        died += 1
        assert fresh(one).status in ("waiting", "offered")
        assert fresh(two).status == "waiting"
        assert held() == (fresh(one).status == "offered")
    work()

    assert died > 20
    assert (fresh(one).status, fresh(two).status) == ("offered", "waiting")
    assert Delivery.objects.filter(kind="wait_list_offer").count() == 1
    assert broken() == []


def go_past_the_code(booking: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bookings_booking SET status = 'submitted', version = version + 1 WHERE id = %s", [booking]
        )
        cursor.execute("SET CONSTRAINTS pgtrigger_offer_ends_with_its_draft_b2c64 IMMEDIATE")


def test_the_database_refuses_an_offer_without_its_draft(service):
    entry = offered(service)

    with pytest.raises(IntegrityError, match="its offer is still open"), transaction.atomic():
        go_past_the_code(entry.booking.pk)


def test_nobody_can_book_what_is_offered(service):
    offered(service)

    with pytest.raises(TimeTaken):
        book(service, "quick@example.com")


def full(service) -> Booking:
    """The one time of the day is taken, by somebody else."""
    return booked(service, email="first@example.com")


def test_who_waits_already_is_not_written_down_again_under_another_form(service):
    full(service)
    joining.join(key(), wish(service), source=Source.WEB)

    with pytest.raises(AlreadyWaiting):
        joining.join(key(), wish(service, email="ADA@example.com"), source=Source.WEB)

    assert WaitEntry.objects.count() == 1


def test_two_forms_of_one_person_sent_at_once_make_one_place_in_line(service):
    full(service)

    results = race(4, lambda _: joining.join(key(), wish(service), source=Source.WEB))

    assert WaitEntry.objects.count() == 1
    assert sum(isinstance(result, AlreadyWaiting) for result in results) == 3


@pytest.mark.parametrize("other", [{"email": "bert@example.com"}, {"start": None}])
def test_another_person_and_another_wish_have_places_of_their_own(service, other):
    full(service)
    joining.join(key(), wish(service), source=Source.WEB)
    joining.join(key(), wish(service, **other), source=Source.WEB)

    assert WaitEntry.objects.count() == 2


def test_who_has_left_may_join_again(service):
    full(service)
    entry = joining.join(key(), wish(service), source=Source.WEB).entry
    joining.leave(key("web:wait-leave"), entry.token, version=entry.version, source=Source.WEB)

    assert not joining.join(key(), wish(service), source=Source.WEB).is_repeat


def test_the_link_goes_to_the_address_again_and_not_all_the_time(service):
    full(service)
    entry = joining.join(key(), wish(service), source=Source.WEB).entry
    sent = Delivery.objects.filter(message__wait_entry=entry)
    advance(sent.get(), *LEASED[:1], **LEASED[1])
    advance(sent.get(), "acknowledge", external_id="17")

    for minutes in (1, 6, 7, 12):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)), pytest.raises(AlreadyWaiting):
            joining.join(key(), wish(service), source=Source.WEB)

    assert sent.count() == 2  # the copy of minute 6 still waits to leave at 12
