"""Customers: found by their address, blocked, merged, handed out and erased, each act once and kept."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bookings import customers, erasure, processing
from bookings.models import Assignment, Booking, Customer
from operations.intents import Intent
from operations.people.notes import Note
from operations.repair import RecoveryAttempt, Result
from operations.retention import running
from operations.retention.rules import rules
from tests.access.test_matrix import browser_of
from tests.bookings.test_forgetting import NAME, again, everywhere, named_anywhere, over
from tests.desk.staff import client
from tests.factories import (
    STAFF,
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    LocationFactory,
    ServiceFactory,
    WaitEntryFactory,
    advance,
)
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
LIST = "/admin/bookings/customer/"
WHEN_OVER = {EnquiryFactory: {"answered": True}, WaitEntryFactory: {"moves": (("leave", {}, STAFF),)}}


def known(**fields):
    """The customer of a new booking."""
    booking = BookingFactory(**({"name": "Ada Byron", "email": ADA} | fields))
    customers.collect()
    return customers.find(booking.email or booking.phone)


def page_of(customer):
    return reverse("admin:bookings_customer_change", args=[customer.pk])


def form_of(browser, customer, switch):
    page = Page(browser.get(page_of(customer)), page_of(customer))
    fields = next(form.fields for form in page.forms if form.fields.get("switch") == switch)
    return fields | ({"reason": "a test says so"} if "reason" in fields else {})


def pressed(browser, customer, switch, **changes):
    return browser.post(page_of(customer), form_of(browser, customer, switch) | changes)


@pytest.fixture
def owner():
    return client("owner")


class TestCollecting:
    def test_one_row_for_an_address_however_it_is_spelt(self):
        known(email="Ada@Example.com")
        customer = known(name="Ada King", email="ada@example.com")

        assert Customer.objects.get() == customer
        assert (customer.email, customer.name) == (ADA, "Ada King")

    def test_who_has_no_address_is_known_by_the_number(self):
        customer = known(email="", phone="+49 170 5550")

        assert customer.key == "+49 170 5550"
        assert customers.bookings_of(customer).count() == 1

    def test_collecting_again_changes_nothing(self):
        customer = known()
        seen = customer.seen_at

        assert customers.collect() == 0
        assert again(customer).seen_at == seen

    def test_a_million_old_bookings_are_walked_through_in_batches(self, monkeypatch):
        monkeypatch.setattr(customers, "BATCH", 2)
        for number in range(5):
            BookingFactory(email=f"{number}@example.com")

        customers.collect()

        assert Customer.objects.count() == 5

    @pytest.mark.parametrize("factory", [EnquiryFactory, WaitEntryFactory])
    def test_who_only_wrote_or_waits_is_known_too_and_can_be_erased(self, owner, factory):
        subject = factory(email="Ada@Example.com", name="Ada Byron", **WHEN_OVER[factory])
        customers.collect()
        customer = customers.find(ADA)

        pressed(owner, customer, "erase")

        assert (again(subject).email, again(customer).email) == ("", "")
        assert customers.collect() == 0

    def test_who_books_after_asking_is_one_customer(self):
        EnquiryFactory(email=ADA)
        customers.collect()

        booking = BookingFactory(email=ADA, name="Ada Byron")
        customers.collect()

        assert [each.last_booking_id for each in Customer.objects.all()] == [booking.pk]

    def test_a_submission_does_not_write_it(self):
        BookingFactory()

        assert not Customer.objects.exists()


class TestLooking:
    def test_history_is_told_across_locations(self, owner):
        for name in ("Salon", "Spa"):
            customer = known(service=ServiceFactory(location=LocationFactory(name=name)))

        text = Page(owner.get(page_of(customer)), page_of(customer)).text

        assert "Salon" in text
        assert "Spa" in text

    @pytest.mark.parametrize("term", ["ada@ex", "byr", "HF"])
    def test_search_is_by_the_beginning_of_address_and_name(self, owner, term):
        known()
        known(email="zuse@example.com", name="Konrad Zuse")

        text = owner.get(LIST, {"q": term}).content.decode()

        assert (ADA in text) == (term != "HF")
        assert "zuse@example.com" not in text

    def test_bookings_are_found_by_index(self):
        customer = known()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = customers.bookings_of(customer).explain()

        assert "bookings_email" in plan

    def test_a_booking_leads_to_whoever_made_it(self, owner):
        booking = BookingFactory(email=ADA)
        customers.collect()

        page = owner.get(f"/admin/bookings/booking/{booking.pk}/change/").content.decode()

        assert page_of(customers.find(ADA)) in page

    def test_looking_changes_nothing(self, owner):
        customer = known()

        owner.get(page_of(customer))

        assert not Intent.objects.exists()
        assert again(customer).presses == 0


class TestPlaces:
    @pytest.fixture
    def limited(self):
        browser = browser_of("owner elsewhere")
        place = Assignment.objects.get().locations.get()
        return browser, place

    def test_who_works_at_one_place_sees_only_who_booked_there_and_only_that(self, limited):
        browser, place = limited
        here = known(service=ServiceFactory(location=place, name="Haircut here"))
        known(service=ServiceFactory(name="Massage elsewhere"))
        stranger = known(email="zuse@example.com")

        text = browser.get(page_of(here)).content.decode()

        assert "Haircut here" in text
        assert "Massage elsewhere" not in text
        assert "zuse@example.com" not in browser.get(LIST).content.decode()
        assert browser.get(page_of(stranger)).status_code == 403

    def test_who_was_merged_in_from_elsewhere_is_not_shown_there(self, limited):
        browser, place = limited
        here = known(service=ServiceFactory(location=place))
        stranger = known(email="zuse@example.com")
        Customer.objects.filter(pk=stranger.pk).update(merged_into=here, phone="+49 30 4711")

        text = browser.get(page_of(here)).content.decode()

        assert ADA in text
        assert "zuse@example.com" not in text
        assert "4711" not in text

    @pytest.mark.parametrize("switch", ["note", "block", "merge", "erase"])
    def test_and_changes_nothing_for_all_places(self, limited, switch):
        browser, place = limited
        here = known(service=ServiceFactory(location=place))

        assert browser.post(page_of(here), {"switch": switch, "reason": "x"}).status_code == 403
        assert again(here).presses == 0

    def test_notes_of_others_are_not_shown_there(self, limited, owner):
        browser, place = limited
        here = known(service=ServiceFactory(location=place))
        pressed(owner, here, "note", note="She sues everybody.")

        assert "sues" not in browser.get(page_of(here)).content.decode()


class TestPermissions:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            ("Front desk", {"note", "block"}),
            ("Auditor", set()),
            ("Owner", {"note", "block", "merge", "erase"}),
        ],
    )
    def test_each_act_has_a_permission_of_its_own(self, role, allowed):
        browser, customer = browser_of(role), known()
        page = Page(browser.get(page_of(customer)), page_of(customer))

        assert {form.fields["switch"] for form in page.forms if "switch" in form.fields} == allowed
        for switch in {"note", "block", "merge", "erase"} - allowed:
            assert browser.post(page_of(customer), {"switch": switch}).status_code == 403
        assert RecoveryAttempt.objects.filter(result=Result.REFUSED).count() == 4 - len(allowed)


class TestNotes:
    def test_a_note_is_kept_and_shown(self, owner):
        customer = known()

        pressed(owner, customer, "note", note="Likes the window.")

        assert Note.objects.get().text == "Likes the window."
        assert "Likes the window." in owner.get(page_of(customer)).content.decode()


class TestBlocking:
    def test_what_a_blocked_customer_books_waits_for_staff_and_says_why(self, owner):
        pressed(owner, known(), "block", reason="broke a mirror")
        booking = BookingFactory(email="ADA@example.com")

        processing.process(booking.pk)

        assert (again(booking).status, again(booking).waiting_for) == ("submitted", "staff")
        history = owner.get(f"/admin/desk/bookings.awaiting_staff/{booking.pk}/").content.decode()
        assert "The customer is blocked" in history

    def test_bookings_that_stand_stay_and_others_are_not_touched(self, owner):
        standing = BookingFactory(email=ADA, accepted=True)
        pressed(owner, known(), "block")
        stranger = BookingFactory(email="zuse@example.com")

        processing.process(stranger.pk)

        assert again(standing).status == "accepted"
        assert again(stranger).status == "accepted"

    def test_a_block_holds_for_every_address_of_the_person(self, owner):
        other, customer = known(email="other@example.com"), known()
        pressed(owner, customer, "merge", other="other@example.com")
        pressed(owner, customer, "block")
        booking = BookingFactory(email=other.email)

        processing.process(booking.pk)

        assert again(booking).waiting_for == "staff"

    def test_staff_who_book_for_them_have_agreed(self, owner):
        pressed(owner, known(), "block")
        booking = BookingFactory(email=ADA, source="desk")

        processing.process(booking.pk)

        assert again(booking).status == "accepted"

    def test_a_lifted_block_leaves_no_trace_in_what_comes(self, owner):
        customer = known()
        pressed(owner, customer, "block")
        pressed(owner, customer, "unblock")
        booking = BookingFactory(email=ADA)

        processing.process(booking.pk)

        assert again(booking).status == "accepted"
        assert RecoveryAttempt.objects.filter(remedy="block", reason="a test says so").exists()

    def test_lifting_it_lifts_it_for_every_address_of_the_person(self, owner):
        other, customer = known(email="other@example.com"), known()
        pressed(owner, other, "block")
        pressed(owner, customer, "block")
        pressed(owner, customer, "merge", other=other.email)

        pressed(owner, customer, "unblock")
        booking = BookingFactory(email=other.email)
        processing.process(booking.pk)

        assert again(booking).status == "accepted"

    def test_a_block_of_whoever_was_merged_in_is_lifted_before_they_are_erased(self, owner):
        other, customer = known(email="other@example.com"), known()
        pressed(owner, customer, "merge", other=other.email)
        Customer.objects.filter(pk=other.pk).update(blocked_at=timezone.now())

        assert "Lift it first" in erasure.why_not(again(customer))

        pressed(owner, customer, "unblock")
        assert erasure.why_not(again(customer)) == ""


class TestMerging:
    def test_both_histories_stand_together_and_can_be_parted(self, owner):
        other, customer = known(email="other@example.com"), known()

        pressed(owner, customer, "merge", other=" Other@example.com ")
        assert customers.bookings_of(customer).count() == 2

        pressed(owner, other, "part")
        assert customers.bookings_of(customer).count() == 1

    def test_pressing_twice_merges_once(self, owner):
        known(email="other@example.com")
        customer = known()
        typed = form_of(owner, customer, "merge") | {"other": "other@example.com"}

        first, second = owner.post(page_of(customer), typed), owner.post(page_of(customer), typed)

        assert (first.status_code, second.status_code) == (303, 303)
        assert RecoveryAttempt.objects.filter(remedy="merge", result=Result.APPLIED).count() == 1

    @pytest.mark.parametrize("key", [ADA, "nobody@example.com"])
    def test_oneself_and_strangers_are_refused(self, owner, key):
        customer = known()

        assert pressed(owner, customer, "merge", other=key).status_code == 409
        assert not Customer.objects.exclude(merged_into=None).exists()

    def test_a_block_is_not_lost_by_it(self, owner):
        other, customer = known(email="other@example.com"), known()
        pressed(owner, other, "block")

        assert pressed(owner, customer, "merge", other=other.email).status_code == 409

    def test_whoever_was_merged_into_the_other_comes_along(self, owner):
        third, other, customer = known(email="third@example.com"), known(email="other@example.com"), known()
        pressed(owner, other, "merge", other=third.email)

        pressed(owner, customer, "merge", other=other.email)

        assert customers.bookings_of(customer).count() == 3


class TestHandingOut:
    def test_the_file_has_every_booking_enquiry_and_message_of_the_person(self, owner):
        known(service=ServiceFactory(location=LocationFactory(name="Salon")))
        delivery = DeliveryFactory(booking=BookingFactory(accepted=True, email="Ada@example.com"), done=True)
        EnquiryFactory(email=ADA, text="Do you cut curls?")
        DeliveryFactory(booking=BookingFactory(accepted=True, email="zuse@example.com"))
        customer = known()
        path = reverse("admin:desk_export", args=["bookings.customer", customer.pk])
        fields = Page(owner.get(path), path).forms[-1].fields

        answer = owner.post(
            path, fields | {"variant": "customer", "format": "json", "reason": "access request"}
        )

        told = json.loads(answer.content)["document"]
        assert len(told["records"]) == 4
        assert {message["id"] for message in told["messages"]} == {delivery.pk}
        assert "Do you cut curls?" in answer.content.decode()
        assert "zuse@" not in answer.content.decode()
        assert not any("gaps" in sentence for sentence in told["not_known"])


class TestErasing:
    def test_what_is_over_goes_at_once_and_nothing_names_them(self, owner):
        booking = everywhere()
        other = over(email="second@example.com", days=1)
        EnquiryFactory(name=NAME, email="second@example.com", answered=True)
        customers.collect()
        customer = customers.find(booking.email)
        pressed(owner, customer, "note", note=f"{NAME} was here")
        pressed(owner, customer, "merge", other="second@example.com")

        pressed(owner, customer, "erase")

        assert again(customer).forgotten_at
        assert again(booking).forgotten_at
        assert again(other).forgotten_at
        assert named_anywhere(NAME, "ada.b@example", "second@example") == []

    def test_what_is_open_stays_with_its_reason_and_goes_when_it_is_over(self, owner):
        past, to_come = over(email=ADA, days=1), BookingFactory(email=ADA, accepted=True)
        customer = known()
        page = Page(owner.get(page_of(customer)), page_of(customer))
        assert f"{to_come.reference}: not finished" in page.text

        pressed(owner, customer, "erase")

        assert again(past).forgotten_at
        assert again(to_come).email == ADA
        assert not again(customer).forgotten_at
        assert running.run(rules()["erasures"]) == 0

        for booking in Booking.objects.filter(email=ADA):
            cancelled(booking)
        assert running.run(rules()["erasures"]) == 1
        assert again(customer).forgotten_at
        assert not Booking.objects.filter(email=ADA).exists()

    def test_the_statistics_stay(self, owner):
        booking = over(email=ADA, days=1, price="42.00")
        customers.collect()
        customer = customers.find(ADA)

        pressed(owner, customer, "erase")

        kept = again(booking)
        assert (kept.status, kept.service, kept.starts_at) == (
            "completed",
            booking.service,
            booking.starts_at,
        )

    def test_a_block_is_lifted_first(self, owner):
        customer = known()
        pressed(owner, customer, "block")
        answer = owner.post(page_of(customer), {"switch": "erase", "reason": "x"})

        assert answer.status_code in (400, 409)
        assert not again(customer).erase_asked_at

    def test_many_bookings_are_erased_over_several_runs(self, owner, monkeypatch):
        monkeypatch.setattr(erasure, "AT_ONCE_COUNT", 2)
        for days in (1, 2, 3):
            over(email=ADA, days=days)
        customers.collect()
        customer = customers.find(ADA)

        pressed(owner, customer, "erase")
        assert not again(customer).forgotten_at

        running.run(rules()["erasures"])
        assert again(customer).forgotten_at

    def test_a_customer_comes_back_as_somebody_new(self, owner):
        over(email=ADA, days=1)
        customers.collect()
        first = customers.find(ADA)
        pressed(owner, first, "erase")

        assert known().pk != first.pk


def cancelled(booking):
    return advance(booking, "cancel", STAFF, by="customer")


def test_a_customer_of_whom_no_booking_is_left_is_forgotten():
    over(email=ADA)
    customers.collect()
    customer = customers.find(ADA)
    Customer.objects.update(seen_at=timezone.now() - timedelta(days=120))
    assert running.run(rules()["customers"]) == 0

    running.run(rules()["bookings"])

    assert running.run(rules()["customers"]) == 1
    assert again(customer).email == ""


class TestMergedAndLongGone:
    @pytest.fixture
    def pair(self):
        old = timezone.now() - timedelta(days=400)
        one = Customer.objects.create(name="Ada Byron", email=ADA, created_at=old, seen_at=old)
        other = Customer.objects.create(
            name="Ada B", email="other@example.com", created_at=old, seen_at=old, merged_into=one
        )
        return one, other

    def test_both_are_forgotten_when_no_booking_of_either_is_left(self, pair):
        assert running.run(rules()["customers"]) == 1
        assert [again(each).email for each in pair] == ["", ""]

    def test_a_booking_under_either_address_keeps_both(self, pair):
        BookingFactory(email=pair[1].email.upper())

        assert running.run(rules()["customers"]) == 0

    def test_a_block_of_either_keeps_both(self, pair):
        Customer.objects.filter(pk=pair[1].pk).update(blocked_at=timezone.now())

        assert running.run(rules()["customers"]) == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_who_merge_at_once_one_does():
    known(email="other@example.com")
    customer = known()
    browser = browser_of("superuser")
    typed = [form_of(browser, customer, "merge") | {"other": "other@example.com"} for _ in range(4)]

    answers = race(4, lambda index: browser.post(page_of(customer), typed[index]))

    assert RecoveryAttempt.objects.filter(remedy="merge", result=Result.APPLIED).count() == 1
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
