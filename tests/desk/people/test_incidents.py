"""Failures of one kind are one incident; closing it hides nothing that happens later."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations import engine, impact, incidents, workflow
from operations.attempts import Attempt
from operations.errors import PermanentError, TransientError
from operations.incidents import Incident
from tests.desk.people.acting import browser_of, form, somebody, text
from tests.factories import BookingFactory, DeliveryFactory, in_a_week
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db

LIST = "/admin/desk/incidents/"


def fail(delivery=None, error=None, **kwargs):
    """One message that a worker takes and that fails."""
    delivery = delivery or DeliveryFactory(**kwargs)
    with transaction.atomic():
        [leased] = [
            each for each in engine.claim(type(delivery), delivery.channel, 100) if each.pk == delivery.pk
        ]
        engine.record_failure(leased, error or PermanentError("550 <x@example.com>: no such user"))
    return delivery


def page_of(incident):
    return f"{LIST}{incident.pk}/"


def test_failures_that_differ_by_address_only_are_one_incident():
    for name in ("anna", "bert"):
        fail(error=PermanentError(f"550 <{name}@example.com>: no such user", external_code="550"))

    [told] = impact.tell(Incident.objects.open())
    assert (told.impact.failures, told.impact.people, told.impact.waiting) == (2, 2, 2)
    assert "anna" not in str(told.incident)


def test_people_are_counted_once_however_often_they_are_failed():
    delivery = fail(error=TransientError("refused"))
    type(delivery).objects.filter(pk=delivery.pk).update(next_at=timezone.now())
    fail(delivery, TransientError("refused"))

    told = impact.of(Incident.objects.get())
    assert (told.failures, told.people, told.records) == (2, 1, 1)


def test_appointments_within_a_day_are_counted():
    soon = BookingFactory(accepted=True, starts_at=timezone.now() + timedelta(hours=5))
    fail(booking=soon)
    fail(booking=BookingFactory(accepted=True, starts_at=in_a_week()))

    assert impact.of(Incident.objects.get()).soon == 1


def test_success_and_what_is_overtaken_are_no_incident():
    DeliveryFactory(done=True)
    leased = engine.claim(type(DeliveryFactory()), "email", 10)
    with transaction.atomic():
        engine.hand_back(leased[0])

    assert not Incident.objects.exists()
    assert not Attempt.objects.filter(fingerprint__isnull=False).exists()


def test_a_closed_incident_comes_back_with_its_owner_and_notes_when_it_happens_again():
    fail()
    incident, owner = Incident.objects.get(), somebody("Anna")
    browser = browser_of(owner)
    for code, fields in (("own", {}), ("close", {"text": "A typing error in our list."})):
        shown = form(browser, page_of(incident), code)
        assert browser.post(page_of(incident), shown.fields | fields).status_code == 303
    assert not Incident.objects.open().exists()
    assert "Nothing fails." in text(browser, LIST)

    fail()

    assert Incident.objects.open().get() == incident
    page = text(browser, page_of(incident))
    assert "Has come back" in page
    assert "A typing error in our list." in page
    assert Incident.objects.get().owner_id == owner.pk
    assert impact.of(Incident.objects.get()).failures == 1  # since it was closed


def test_it_cannot_be_closed_by_a_page_that_has_not_shown_the_last_failure():
    fail()
    incident, browser = Incident.objects.get(), browser_of(somebody("Anna"))
    shown = form(browser, page_of(incident), "close")
    fail()

    response = browser.post(page_of(incident), shown.fields | {"text": "Over."})

    assert response.status_code == 409
    assert "It has happened again since you opened the page" in Page(response, "").text
    assert "Over." in response.content.decode()
    assert Incident.objects.open().exists()


def test_the_records_behind_it_are_one_click_away():
    fail(recipient="anna@example.com")
    fail(error=PermanentError("552 mailbox full"), recipient="bert@example.com")
    incident = Incident.objects.exclude(text__contains="full").get()
    browser = browser_of(somebody("Anna"))

    page = Page(browser.get(page_of(incident)), "")
    [link] = [link for link in page.links if "fingerprint=" in link]

    listed = text(browser, link)
    assert listed.count("Confirmation to") == 1
    assert "Only what failed alike." in listed


def test_a_worker_that_vanished_is_an_incident_too():
    delivery = DeliveryFactory(working=True)
    type(delivery).objects.filter(pk=delivery.pk).update(lease_until=timezone.now() - timedelta(hours=1))
    with transaction.atomic():
        engine.reclaim(type(delivery).objects.select_for_update().get(pk=delivery.pk), workflow.WORKER)

    assert Incident.objects.get().failure_class == "interrupted"


def test_an_incident_is_written_once_a_minute_however_often_it_happens():
    fail()
    seen = Incident.objects.get().seen_at

    fail()
    assert Incident.objects.get().seen_at == seen
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        fail()
        assert Incident.objects.get().seen_at > seen


def test_recording_a_failure_costs_one_statement_more():
    delivery = DeliveryFactory()
    [leased] = engine.claim(type(delivery), "email", 1)

    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        engine.record_failure(leased, PermanentError("no such user"))

    assert sum("operations_incident" in query["sql"] for query in queries) == 1


def test_the_list_costs_the_same_for_few_and_for_many():
    browser = browser_of(somebody("Anna"))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        return len(queries)

    fail()
    few = cost()
    for word in ("full", "blocked", "spam", "relay"):
        fail(error=PermanentError(f"rejected {word}"))

    assert Incident.objects.count() == 5
    assert cost() == few <= 10


def test_an_auditor_reads_and_changes_nothing():
    fail()
    incident = Incident.objects.get()
    browser = browser_of(somebody("Otto", "auditor"))

    page = Page(browser.get(page_of(incident)), "")
    assert [each for each in page.forms if "act" in each.fields] == []
    assert browser.post(page_of(incident), {"act": "own"}).status_code == 403
    assert Incident.objects.get().owner_id is None


def test_who_may_not_see_messages_sees_no_incident_of_theirs():
    fail()
    browser = browser_of(somebody("Nina", "newcomer"))

    assert "Nothing fails." in text(browser, LIST)
    assert browser.get(page_of(Incident.objects.get())).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_eight_workers_that_meet_a_new_failure_at_once_make_one_incident():
    deliveries = [DeliveryFactory() for _ in range(8)]
    leased = {each.pk: each for each in engine.claim(type(deliveries[0]), "email", 8)}

    results = race(
        8, lambda n: engine.record_failure(leased[deliveries[n].pk], PermanentError("no such user"))
    )

    assert results == [True] * 8
    assert impact.of(Incident.objects.get()).failures == 8


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_for_nobody_who_holds_a_known_incident():
    fail()
    [leased] = engine.claim(type(DeliveryFactory()), "email", 1)
    Incident.objects.update(seen_at=timezone.now() - timedelta(hours=1))

    def record(_index):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        return engine.record_failure(leased, PermanentError("550 <y@example.com>: no such user"))

    with transaction.atomic():
        Incident.objects.select_for_update().get()
        assert race(1, record) == [True]


@pytest.mark.django_db(transaction=True)
def test_a_failure_recorded_while_it_is_being_closed_is_not_hidden():
    fail()
    incident, shown = Incident.objects.get(), incidents.last_failure(Incident.objects.get())
    [leased] = engine.claim(type(DeliveryFactory()), "email", 1)

    with transaction.atomic():
        incidents.close(incident, 1, shown)
        assert race(
            1, lambda _n: engine.record_failure(leased, PermanentError("550 <y@example.com>: no such user"))
        ) == [True]

    assert Incident.objects.open().exists()


def test_pressing_twice_writes_one_note():
    fail()
    incident, browser = Incident.objects.get(), browser_of(somebody("Anna"))
    shown = form(browser, page_of(incident), "note")

    for _ in range(2):
        assert browser.post(page_of(incident), shown.fields | {"text": "Called the host."}).status_code == 303

    assert text(browser, page_of(incident)).count("Called the host.") == 1
