"""A booking becomes another service, or is for more people: one record, the same constraints, explained."""

from datetime import timedelta
from decimal import Decimal

import icalendar
import pytest
from django.db import transaction
from django.urls import reverse

from bookings import attending, letters, messages, occupancy, processing, when
from bookings.allocation import TimeTaken
from bookings.calendar.forms import initial_of
from bookings.changes import NotAllowedNow
from bookings.eligibility import NotOffered
from bookings.models import Booking
from bookings.offerings import Requirement, Service
from bookings.places import Location
from notifications.models import Delivery
from operations import recovery, repair, workflow
from operations.desk import moves
from operations.history import Event
from operations.repair import Result
from operations.workflow import Actor, Operation, Source
from tests.calendar.attending import breaches, do, hand, staff
from tests.factories import DONE, BookingFactory, ResourceFactory, ServiceFactory, SessionFactory, advance
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
BY_STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, user_id=1)


@pytest.fixture
def booking():
    return BookingFactory(accepted=True, name="Anna Berg", service__name="Haircut")


@pytest.fixture
def colour(booking):
    costs = {"price": Decimal("80.00"), "deposit": Decimal("20.00")}
    return ServiceFactory(location=booking.location, name="Colour", minutes=90, **costs)


def become(booking, service=None, reason="", **given):
    wanted = {"people": booking.people, "start": booking.starts_at, "resource": booking.resource}
    service = Service.objects.select_related("location").get(pk=(service or booking.service).pk)
    return do(booking, attending.CHANGING, reason, service=service, **(wanted | given))


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def amiss():
    """Every promise that is broken, but for the first messages: what a factory makes gets none."""
    never_sent = ("confirmation of revision 1", "received of revision 0")
    return [each for each in breaches() if not each.text.endswith(never_sent)]


def last(booking):
    return Event.objects.of(booking).last()


def test_another_service_brings_its_length_and_price_and_leaves_the_rest(booking, colour):
    changed = become(booking, colour)

    assert (changed.service, changed.status, changed.starts_at) == (colour, "accepted", booking.starts_at)
    assert changed.ends_at - changed.starts_at == timedelta(minutes=90)
    assert (changed.price, changed.deposit) == (Decimal("80.00"), Decimal("20.00"))
    assert (changed.reference, changed.token) == (booking.reference, booking.token)
    assert changed.resource == booking.resource
    assert not amiss()


def test_the_history_says_from_what_to_what(booking, colour):
    name = booking.resource.name

    become(booking, colour, "She asked.")

    event = last(booking)
    assert (event.transition, event.from_status, event.to_status) == ("change", "accepted", "accepted")
    begin = booking.starts_at.astimezone(booking.location.zone)
    short = f"{begin:%H:%M}–{begin + timedelta(minutes=30):%H:%M}"
    assert f"Changed from Haircut, {name}, {short}, 28.00 EUR to Colour, {name}, " in moves.in_words(event)
    assert event.reason == "She asked."


def test_its_own_time_counts_as_free_and_what_it_left_is(booking, colour):
    later = booking.starts_at + timedelta(minutes=15)

    changed = become(booking, colour, start=later)

    assert changed.starts_at == later
    begin = int(booking.starts_at.timestamp())
    assert not occupancy.taken([booking.resource_id], begin, begin + 15 * 60)
    assert not amiss()


def test_whom_the_longer_one_would_run_into_stays_and_nothing_is_changed(booking, colour):
    after = booking.starts_at + timedelta(minutes=30)
    BookingFactory(accepted=True, service=booking.service, starts_at=after)

    with pytest.raises(TimeTaken):
        become(booking, colour)
    with pytest.raises(TimeTaken):
        become(booking, colour, "They insist.", overrides=True)

    assert (fresh(booking).service, fresh(booking).version) == (booking.service, booking.version)
    assert not amiss()


def test_whoever_cannot_do_it_is_not_given_it(booking, colour):
    other = ResourceFactory(location=booking.location)
    Requirement.objects.create(service=colour, kind="person").resources.set([other])

    with pytest.raises(NotOffered):
        become(booking, colour)

    assert become(booking, colour, resource=None).resource == other


def test_the_hours_are_kept_unless_somebody_says_why(booking):
    long = ServiceFactory(location=booking.location, minutes=14 * 60)

    with pytest.raises(NotOffered):
        become(booking, long)

    assert become(booking, long, "Agreed.", overrides=True).service == long
    assert last(booking).details["set_aside"]


def group(**given):
    service = ServiceFactory(group=True, max_people=4, **given)
    session = SessionFactory(service=service)
    return BookingFactory(accepted=True, session=session, service=service, people=2, price="50.00")


def test_more_people_keep_their_place_and_pay_what_was_agreed_for_each():
    booking = group()

    changed = become(booking, people=3)

    assert (changed.people, changed.price) == (3, Decimal("75.00"))
    assert (changed.session, changed.place) == (booking.session, booking.place)
    assert not amiss()


def test_no_more_people_than_there_are_places():
    booking = group(capacity=3)
    BookingFactory(accepted=True, session=booking.session, service=booking.service, place=2)

    with pytest.raises(TimeTaken):
        become(booking, people=3)

    assert fresh(booking).people == 2
    assert become(booking, people=1).people == 1
    assert not amiss()


def test_two_who_grow_at_once_never_overfill_a_class():
    one = group(capacity=5)
    two = BookingFactory(accepted=True, session=one.session, service=one.service, place=2, people=2)
    hands = [(each, hand(each, attending.CHANGING)) for each in (one, two)]

    def grow(index):
        booking, by = hands[index]
        given = {"service": one.service, "people": 3, "start": one.starts_at, "resource": one.resource}
        return attending.do(attending.CHANGING, booking.pk, by, **given)

    results = race(2, grow)

    assert sorted(type(result).__name__ for result in results) == ["Changed", "TimeTaken"]
    assert not amiss()


def test_pressing_twice_changes_once(booking, colour):
    by = hand(booking, attending.CHANGING)
    given = {"service": colour, "people": 1, "start": booking.starts_at, "resource": booking.resource}

    results = race(4, lambda _index: attending.do(attending.CHANGING, booking.pk, by, **given))

    assert sorted(result.is_repeat for result in results) == [False, True, True, True]
    assert [event.transition for event in Event.objects.of(booking)].count("change") == 1


def test_from_a_stale_page_nothing_is_changed(booking, colour):
    advance(booking, "correct_name", called="Anna Bergmann")

    with pytest.raises(workflow.StaleRecord):
        become(booking, colour)


@pytest.mark.parametrize("trait", ["completed", "cancelled", "failed"])
def test_what_is_over_is_refused_in_words(trait):
    booking = BookingFactory(**{trait: True})

    with pytest.raises(NotAllowedNow) as refused:
        become(booking, ServiceFactory(location=booking.location))

    assert str(refused.value)
    assert fresh(booking).version == booking.version


def test_what_it_is_already_is_no_change(booking):
    with pytest.raises(NotAllowedNow):
        become(booking)


def test_in_the_chair_it_can_still_become_more(booking, colour):
    begun = advance(booking, "start")

    changed = become(begun, colour)

    assert (changed.status, changed.service) == ("in_progress", colour)
    assert not amiss()


def test_the_customer_reads_what_is_different_and_gets_a_newer_calendar_entry(booking, colour):
    become(booking, colour)

    told = Delivery.objects.get(kind="changed", channel="email")
    letter = letters.compose(told)
    assert "Service: Haircut → Colour" in letter.text
    assert "Minutes: 30 → 90" in letter.text
    assert "Price: €28.00 → €80.00" in letter.text
    assert "Service: Haircut → <strong>Colour</strong>" in letter.html
    entry = icalendar.Calendar.from_ical(letter.attachments[0].text).walk("VEVENT")[0]
    assert entry["SEQUENCE"] == booking.revision + 1
    assert entry["DTEND"].dt - entry["DTSTART"].dt == timedelta(minutes=90)


def test_reminders_follow_and_none_is_of_the_old_service(booking, colour):
    become(booking, colour)

    pending = Delivery.objects.filter(kind="reminder", status="pending")
    assert pending.count() == len(colour.reminder_hours)
    assert {each.message.revision for each in pending} == {fresh(booking).revision}


def test_who_knows_already_is_sent_nothing_and_their_page_says_so(booking, colour, client):
    become(booking, colour, "She stands here.", tells=False)

    assert not Delivery.objects.filter(kind="changed").exists()
    assert "was not sent a message" in moves.in_words(last(booking))
    page = client.get(reverse("booking", args=[booking.token])).content.decode()
    assert "The booking was changed from Haircut" in page
    assert "You were not sent a message about it." in page
    assert not amiss()


def test_a_request_stays_a_request_and_staff_are_asked_about_what_it_is_now():
    booking = BookingFactory(waiting=True)
    other = ServiceFactory(location=booking.location, name="Colour")

    changed = become(booking, other)

    assert (changed.status, changed.waiting_for) == ("submitted", "staff")
    assert Delivery.objects.filter(kind="staff_request_waiting", message__revision=changed.revision).exists()
    assert not amiss()


@pytest.mark.parametrize(
    ("waits", "approval", "then"),
    [
        ("waiting_for_payment", "automatic", ("accepted", "")),
        ("waiting", "automatic", ("accepted", "")),
        ("waiting", "payment", ("submitted", "payment")),
        ("waiting_for_payment", "staff", ("submitted", "staff")),
    ],
)
def test_another_service_asks_whom_it_asks_and_nobody_else(waits, approval, then):
    before = {"waiting": "staff", "waiting_for_payment": "payment"}[waits]
    booking = BookingFactory(**{waits: True}, service__approval=before)

    changed = become(booking, ServiceFactory(location=booking.location, approval=approval))
    assert (changed.waiting_for, changed.answer_until) == ("", None)
    while processing.drain():
        pass

    decided = fresh(booking)
    assert (decided.status, decided.waiting_for) == then
    assert bool(decided.answer_until) == bool(decided.waiting_for)
    assert not amiss()


def test_a_service_that_asks_the_same_leaves_the_wait_and_its_end():
    booking = BookingFactory(waiting_for_payment=True, service__by_payment=True)

    changed = become(booking, ServiceFactory(location=booking.location, by_payment=True))

    assert (changed.waiting_for, changed.answer_until) == ("payment", booking.answer_until)


def test_the_old_answer_no_longer_accepts_what_asks_for_somebody_else():
    booking = BookingFactory(waiting=True, service__by_staff=True)

    become(booking, ServiceFactory(location=booking.location, by_payment=True))

    declared = recovery.conditions()["bookings.awaiting_staff"]
    outcomes = repair.apply(declared, declared.remedy("accept"), [booking.pk], BY_STAFF)
    assert [outcome.result for outcome in outcomes] == [Result.ALREADY_RESOLVED]
    assert fresh(booking).status == "submitted"


def test_who_is_not_asked_any_more_gets_no_mail_even_after_a_silent_change():
    booking = BookingFactory(waiting=True, service__by_staff=True)
    with transaction.atomic():
        messages.tell_staff(booking, "staff_request_waiting", BY_STAFF)

    become(booking, ServiceFactory(location=booking.location), "She stands here.", tells=False)

    assert Delivery.objects.get(kind="staff_request_waiting").status == "cancelled"


def test_a_new_price_is_in_the_currency_of_its_place_and_the_old_one_in_its_own(booking, colour, client):
    Location.objects.filter(pk=booking.location_id).update(currency="CHF")
    client.force_login(staff())
    asked = {
        "service": colour.slug,
        "resource": booking.resource.slug,
        **initial_of(booking.starts_at, booking.location),
    }

    shown = client.get(reverse("staff-change", args=[booking.location.slug, booking.pk]), asked)
    changed = become(booking, colour)

    assert changed.currency == "CHF"
    assert "CHF 80.00" in shown.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    letter = letters.compose(Delivery.objects.get(kind="changed", channel="email")).text
    assert "Price: €28.00 → CHF 80.00" in letter.replace("\N{NO-BREAK SPACE}", " ")
    said = last(booking).details
    assert "28.00 EUR" in said["was"]
    assert "80.00 CHF" in said["becomes"]


def test_more_people_pay_in_the_currency_that_was_agreed():
    booking = group()
    Location.objects.filter(pk=booking.location_id).update(currency="CHF")

    assert become(booking, people=3).currency == "EUR"


def leave(kind):
    """The only message of this kind goes its way."""
    for move, facts in DONE:
        advance(Delivery.objects.get(kind=kind, channel="email"), move, **facts)


def hours(booking, count):
    return booking.starts_at + timedelta(hours=count)


def the_letter():
    """The only one about the change that will leave."""
    told = Delivery.objects.get(kind__in=("moved", "changed"), status="pending")
    return told.kind, letters.compose(told).text.replace("\N{NO-BREAK SPACE}", " ")


def moved(booking, count):
    return do(booking, attending.MOVING, start=hours(booking, count), resource=booking.resource)


def test_a_move_before_the_letter_left_still_says_what_became_of_the_service(booking, colour):
    moved(become(booking, colour), 2)

    kind, text = the_letter()
    assert kind == "changed"
    assert "Service: Haircut → Colour" in text
    assert "Price: €28.00 → €80.00" in text
    assert "- When: " in text
    assert not amiss()


def test_of_two_changes_the_letter_names_what_the_customer_knew_and_what_counts(booking, colour):
    become(become(booking, colour), ServiceFactory(location=booking.location, name="Perm"))

    assert "Service: Haircut → Perm" in the_letter()[1]
    assert not amiss()


def test_of_two_moves_the_old_time_is_the_one_that_the_customer_knew(booking):
    known = when.spoken(booking.starts_at, booking.location.zone, "en")

    moved(moved(booking, 1), 1)

    kind, text = the_letter()
    assert kind == "moved"
    assert f"Old time: {known.date}, {known.time}" in text
    assert not amiss()


def test_what_has_left_is_what_the_customer_knows(booking, colour):
    changed = become(booking, colour)
    leave("changed")

    become(changed, ServiceFactory(location=booking.location, name="Perm"))

    assert "Service: Colour → Perm" in the_letter()[1]


def test_what_a_confirmation_told_is_no_news_again(booking):
    request = BookingFactory(waiting=True, service=booking.service, starts_at=hours(booking, 5))
    changed = moved(request, 1)
    with transaction.atomic():
        processing.accept(workflow.fetch(Booking, pk=changed.pk), BY_STAFF)
    leave("confirmation")

    moved(fresh(request), 3)

    known = when.spoken(changed.starts_at, booking.location.zone, "en")
    assert f"Old time: {known.date}, {known.time}" in the_letter()[1]
