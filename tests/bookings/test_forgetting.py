"""Customers are forgotten when their time is over: nothing names them any more, and every promise holds."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from bookings import changes, drafts, forgetting, intake
from bookings.models import Booking, Enquiry
from notifications import outbox
from notifications.models import Announcement, Channel, Delivery, ProviderEvent, WebhookEndpoint
from operations import intents, jobs, proving, repair, work, workflow
from operations.attempts import Attempt
from operations.campaigns.campaign import Campaign
from operations.errors import Refusal
from operations.history import Event
from operations.incidents import Incident
from operations.intents import Intent, Refused
from operations.jobs import JobRun
from operations.people import claims, handovers, notes, pledges, saved_views
from operations.people.snoozes import Snooze
from operations.repair import RecoveryAttempt
from operations.retention import running
from operations.retention.rules import rules
from operations.workflow import Actor, Operation, Source
from tests.desk.staff import user
from tests.factories import (
    CUSTOMER,
    DONE,
    STAFF,
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    advance,
    in_a_week,
)

pytestmark = pytest.mark.django_db

NAME, EMAIL, OLD_EMAIL, PHONE = "Ada Byronová", "ada.b@example.com", "adda.b@example.org", "+49 170 55501234"
LONG_AGO = timezone.now() - timedelta(days=120)


def over(days=120, **fields):
    """A completed booking that ended so many days ago."""
    starts_at = (timezone.now() - timedelta(days=days)).replace(microsecond=0)
    given = {"name": NAME, "email": EMAIL, "phone": PHONE, "completed": True} | fields
    return BookingFactory(starts_at=starts_at, **given)


def run(code="bookings"):
    return running.run(rules()[code])


def again(record):
    return type(record).objects.get(pk=record.pk)


def test_who_began_to_book_and_did_not_is_forgotten_the_day_after():
    service = ServiceFactory()
    ResourceFactory(location=service.location)
    wanted = intake.Submission(
        service=service, start=in_a_week(), resource=None, name=NAME, email=EMAIL, phone=PHONE, notes=NAME
    )
    request = intents.Request("web:book", uuid.uuid4())
    draft = drafts.hold(request, wanted, source=Source.WEB).booking
    with transaction.atomic():
        changes.let_go(again(draft), CUSTOMER, by=Actor.CUSTOMER)
    run("never_sent")
    assert again(draft).name == NAME

    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        run("never_sent")

    assert named_anywhere(NAME, EMAIL, PHONE, PHONE.replace(" ", "")) == []
    assert (again(draft).status, again(draft).version) == ("cancelled", 3)


def named_anywhere(*words: str) -> list[tuple[str, str, str]]:
    """Every column of the whole database in which one of the words stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = 'public'
                   AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea')"""
        )
        columns = cursor.fetchall()
        found = []
        for table, column in columns:
            for word in words:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s',
                    [f"%{word}%"],
                )
                if cursor.fetchone()[0]:
                    found.append((table, column, word))
    assert len(columns) > 100
    return found


def everywhere() -> Booking:
    """A booking whose customer stands in every table that may name one."""
    booking: Any = over(
        notes=f"Call {NAME}",
        answers={"who": NAME},
        moves=(
            ("accept", {}),
            ("correct_email", {"email": EMAIL}, CUSTOMER),
            ("complete", {}, Operation(actor=Actor.STAFF, source=Source.DESK, reason=f"{NAME} came")),
        ),
    )
    first = DeliveryFactory(booking=booking, recipient=OLD_EMAIL, settled=True)
    second = DeliveryFactory(
        booking=booking,
        kind="received",
        moves=(*DONE[:1], ("acknowledge", {"external_text": f"ok <{EMAIL}>"})),
    )
    Attempt.objects.filter(effect_id=first.pk).update(text=f"550 <{OLD_EMAIL}> unknown, {NAME}")
    Incident.objects.create(
        fingerprint="f" * 16,
        effect_model="notifications.delivery",
        failure_class="permanent",
        channel="email",
        text=f"no {NAME} here",
        first_at=booking.created_at,
        seen_at=timezone.now(),
        closed_up_to=timezone.now(),
    )
    endpoint = WebhookEndpoint.objects.create(url="https://hooks.example.com/x")
    told = DeliveryFactory(
        booking=None, kind="booking.completed", channel=endpoint.channel, is_for_staff=True, done=True
    )
    Delivery.objects.filter(pk=told.pk).update(external_text=f"thanks for {EMAIL}")
    event = Event.objects.of(booking).last()
    Announcement.objects.create(delivery=told, endpoint=endpoint, event=event)
    ProviderEvent.objects.create(
        provider="brevo", event_id="1", kind="delivered", recipient=EMAIL, raw=EMAIL, delivery=second
    )
    Channel.objects.update_or_create(name="email", defaults={"last_failure_text": f"550 {EMAIL}"})
    author = user("front desk").pk
    with transaction.atomic():
        notes.write(booking, author, f"{NAME} is late again")
        notes.write(first, author, f"ring {PHONE}")
        pledges.give(booking, "bookings.late", author, f"we call {NAME}", timezone.now() + timedelta(hours=1))
        pledges.keep(booking, pledges.Pledge.objects.get().pk, author)
        left = handovers.leave(author, {"watch": f"{NAME}: angry. Write to {EMAIL}."})
        handovers.HandOver.objects.filter(pk=left.pk).update(taken_at=timezone.now())
    Snooze.objects.create(
        subject_model="bookings.booking",
        subject_id=booking.pk,
        user_id=author,
        condition="bookings.late",
        reason=f"{NAME} is away",
        until=booking.created_at,
    )
    saved_views.SavedView.objects.create(
        user_id=author, condition="bookings.failed", name="hers", query=f"person={EMAIL.replace('@', '%40')}"
    )
    repair.record_press(booking, "call", STAFF, repair.Result.REFUSED, f"{EMAIL} is no address")
    RecoveryAttempt.objects.update(reason=f"{NAME} asked")
    with transaction.atomic():
        workflow.begin(
            Campaign(
                condition="notifications.dead",
                remedy="retry",
                answers={"recipient": EMAIL},
                chosen_by={"q": EMAIL},
                reason=f"because of {NAME}",
            ),
            STAFF,
        )
    campaign = Campaign.objects.get()
    advance(campaign, "call_off", STAFF)
    return booking


def test_nothing_in_the_whole_database_names_them_afterwards():
    booking = everywhere()
    words = (NAME, EMAIL, OLD_EMAIL, PHONE, PHONE.replace(" ", ""), "ada.b%40example.com")
    before = named_anywhere(*words)
    assert len({(table, column) for table, column, _word in before}) > 20

    assert run() == 1

    assert named_anywhere(*words) == []
    assert again(booking).forgotten_at is not None


def test_every_promise_holds_afterwards():
    everywhere()
    before = {finding["code"] for finding in proving.prove().findings}

    run()

    assert {finding["code"] for finding in proving.prove().findings} == before


def test_the_statistics_and_the_steps_stay():
    booking = over(price="42.00")
    steps = list(Event.objects.of(booking).values_list("transition", "at", "actor"))

    run()

    kept = again(booking)
    assert (kept.starts_at, kept.service, kept.status, kept.price) == (
        booking.starts_at,
        booking.service,
        "completed",
        booking.price,
    )
    events = list(Event.objects.of(booking).values_list("transition", "at", "actor"))
    assert events[:-1] == steps
    assert (events[-1][0], events[-1][2]) == ("forget", "schedule")


def test_forgetting_twice_changes_nothing():
    booking = over()
    run()
    version = again(booking).version

    assert run() == 0
    assert again(booking).version == version


def test_a_place_keeps_data_as_long_as_it_says():
    short, long = LocationFactory(keep_days=30), LocationFactory(keep_days=400)
    soon = over(days=40, service=ServiceFactory(location=short))
    late = over(days=120, service=ServiceFactory(location=long))

    assert run() == 1

    assert again(soon).forgotten_at
    assert not again(late).forgotten_at


def test_what_is_not_over_for_long_enough_stays():
    booking = over(days=80)

    assert run() == 0
    assert again(booking).name == NAME


@pytest.mark.parametrize("trait", ["failed", "waiting", "in_progress"])
def test_what_is_not_finished_is_never_forgotten(trait):
    booking = over(completed=False, **{trait: True})

    assert run() == 0
    assert again(booking).email == EMAIL


@pytest.mark.parametrize("trait", ["dead", "unknown", "bounced", "held"])
def test_a_message_that_needs_somebody_keeps_its_customer(trait):
    booking = over()
    DeliveryFactory(booking=booking, **{trait: True})

    assert run() == 0
    assert again(booking).email == EMAIL


def test_what_somebody_is_on_or_promised_or_hands_over_stays():
    claimed, promised, handed = over(), over(), over()
    someone = user("front desk").pk
    with transaction.atomic():
        claims.take(handed, someone)
        handovers.leave(someone, {"watch": "look at it"})
        claims.release(handed, someone)
        claims.take(claimed, someone)
        pledges.give(promised, "bookings.late", someone, "we write", timezone.now() + timedelta(hours=1))

    assert run() == 0
    whys = forgetting.keeps([claimed, promised, handed])
    assert sorted(whys) == sorted([claimed.pk, promised.pk, handed.pk])


def test_an_open_incident_keeps_it_until_it_is_closed():
    booking = over()
    delivery = DeliveryFactory(booking=booking, done=True)
    mark = "a" * 16
    Attempt.objects.filter(effect_id=delivery.pk).update(fingerprint=mark, failed_at=LONG_AGO)
    incident = Incident.objects.create(
        fingerprint=mark,
        effect_model="notifications.delivery",
        channel="email",
        first_at=LONG_AGO,
        seen_at=LONG_AGO,
    )
    assert run() == 0

    Incident.objects.filter(pk=incident.pk).update(closed_up_to=timezone.now())

    assert run() == 1


def test_one_that_cannot_be_forgotten_holds_up_no_other(monkeypatch):
    first, poisoned, last = over(days=130), over(days=125), over(days=120)
    forget = Booking.forget

    def refuse(booking):
        if booking.pk == poisoned.pk:
            raise ValueError(f"{NAME} cannot be forgotten")
        forget(booking)

    monkeypatch.setattr(Booking, "forget", refuse)

    with pytest.raises(running.SomeLeft) as raised:
        run()

    assert again(first).forgotten_at
    assert again(last).forgotten_at
    assert again(poisoned).name == NAME
    assert str(poisoned.pk) in str(raised.value)
    assert NAME not in str(raised.value)


def test_a_run_takes_so_many_and_leaves_the_rest(settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, retention_rows_count=2)
    for days in (120, 121, 122):
        over(days=days)

    assert run() == 2
    assert run() == 1


def test_the_batches_walk_past_what_stays(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    for days in (130, 129, 128):
        DeliveryFactory(booking=over(days=days), dead=True)
    free = over(days=100)

    assert run() == 1
    assert again(free).forgotten_at


def test_who_has_the_record_in_hand_is_not_waited_for(transactional_db):
    booking = over()
    with transaction.atomic():
        workflow.fetch(Booking, pk=booking.pk)
        assert another_connection_runs() == 0
    assert run() == 1


def another_connection_runs():
    def forgotten():
        try:
            return run()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(forgotten).result(timeout=20)


def test_enquiries_are_forgotten_likewise():
    enquiry = EnquiryFactory(name=NAME, email=EMAIL, text=f"I am {NAME}", answered=True)
    open_one = EnquiryFactory(name=NAME, email=EMAIL)
    Enquiry.objects.update(updated_at=LONG_AGO)

    assert run("enquiries") == 1

    assert (again(enquiry).text, again(enquiry).name) == ("", "")
    assert again(open_one).name == NAME


def test_the_customers_page_says_that_the_data_are_gone(client):
    booking = over()
    DeliveryFactory(booking=booking, done=True)
    run()

    page = client.get(f"/b/{booking.token}/").content.decode()

    assert "personal data" in page
    assert NAME not in page
    assert 'id="resend"' not in page


def test_nothing_is_sent_for_a_forgotten_booking():
    booking = over()
    DeliveryFactory(booking=booking, done=True)
    run()
    request = intents.read(intents.issue(), "web:resend")

    with pytest.raises(changes.NotAllowedNow):
        changes.resend(request, booking.token, version=again(booking).version, source=Source.WEB)


def test_a_forgotten_message_that_comes_back_is_sent_to_nobody():
    delivery = DeliveryFactory(booking=over(), done=True)
    run()
    advance(delivery, "bounce", evidence="550")

    with pytest.raises(Refusal), transaction.atomic():
        outbox.send_copy(again(delivery), STAFF, recipient="else@example.com")

    assert Delivery.objects.count() == 1


def test_requests_without_a_booking_go_and_those_with_one_stay():
    old = timezone.now() - timedelta(days=31)
    booking = over(days=200)

    def asked(scope, **fields):
        return Intent.objects.create(
            scope=scope,
            key=intents.read(intents.issue(), scope).key,
            fingerprint="1:x",
            created_at=old,
            **fields,
        )

    gone = asked("web:find", outcome="looked_up")
    kept = [
        asked("web:cancel", subject_model="bookings.booking", subject_id=booking.pk, outcome="cancel"),
        asked("web:book", outcome="submitted"),
    ]
    Refused.objects.create(scope="web:book", key=gone.key, code="time_taken", at=old)

    assert (run("requests"), run("refusals")) == (1, 1)
    assert set(Intent.objects.all()) == set(kept)


def test_reports_of_providers_go_but_not_what_nobody_understood():
    old = timezone.now() - timedelta(days=31)
    for number, fate in enumerate(["applied", "no_news", "closed", "unmatched", "unreadable", "waiting"]):
        ProviderEvent.objects.create(
            provider="brevo",
            event_id=str(number),
            kind="delivered",
            recipient=EMAIL,
            raw=EMAIL,
            fate=fate,
            received_at=old,
        )

    assert run("reports") == 3
    assert ProviderEvent.objects.exclude(raw="").count() == 3
    assert run("reports") == 0


def test_a_forgotten_booking_that_names_somebody_breaks_a_promise():
    booking = over()
    run()
    assert "bookings.forgotten" not in broken()

    Booking.objects.filter(pk=booking.pk).update(notes="She was kind.")

    assert "bookings.forgotten" in broken()


def broken():
    return {finding["code"] for finding in proving.prove().findings}


class TestTheGuardOfTheHistory:
    @pytest.fixture
    def event(self):
        return Event.objects.of(over()).first()

    def erasing(self, event, **changed):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL holdfast.erasing = 'on'")
            Event.objects.filter(pk=event.pk).update(**changed)

    @pytest.mark.parametrize(
        "changed", [{"reason": "another"}, {"actor": "staff"}, {"details": {"to": "x"}}, {"at": LONG_AGO}]
    )
    def test_words_can_be_removed_and_never_be_put_in_their_place(self, event, changed):
        with pytest.raises(DatabaseError, match="Cannot update"):
            self.erasing(event, **changed)

    def test_it_cannot_be_deleted(self, event):
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL holdfast.erasing = 'on'")
            with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
                event.delete()

    def test_without_saying_so_nothing_can_be_removed(self, event):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(reason="")


def test_each_rule_is_a_job_of_the_ledger():
    over()
    jobs.declare(work.jobs().values())

    jobs.run(work.jobs()["forget_bookings"])

    assert JobRun.objects.get().items == 1
    assert {f"forget_{code}" for code in rules()} <= set(work.jobs())
