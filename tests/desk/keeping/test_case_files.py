"""The case file: everything about one booking, for whom it may be, sealed, and who took it is kept."""

import hashlib
import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

import config
from operations import intents, repair
from operations.casefile.exports import Export
from operations.casefile.sealing import canonical
from operations.history import Event
from operations.models import Intent, Refused
from operations.people import notes, pledges
from operations.repair import RecoveryAttempt, Result
from tests.access.test_matrix import browser_of
from tests.desk.staff import client, user
from tests.factories import STAFF, BookingFactory, DeliveryFactory, EnquiryFactory, advance, in_a_week
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db


def path_of(record):
    return reverse("admin:desk_export", args=[record._meta.label_lower, record.pk])


def asked(browser, record, **changes):
    path = path_of(record)
    form = Page(browser.get(path), path).forms[-1]
    typed = {"variant": "customer", "format": "json", "reason": "the customer asked"}
    return browser.post(path, form.fields | typed | changes)


def document(response):
    return json.loads(response.content)["document"]


@pytest.fixture
def booking():
    """One with a message that failed, a note, a promise, and a press without permission."""
    booking = BookingFactory(accepted=True, name="Ada Byron", email="ada@example.com", notes="Ring twice.")
    DeliveryFactory(booking=booking, dead=True)
    author = user("front desk")
    with transaction.atomic():
        notes.write(booking, author.pk, "She is always late.")
        pledges.give(booking, "bookings.late", author.pk, "We call you back.", in_a_week())
    repair.record_trespass(booking, "look", STAFF)
    return booking


@pytest.fixture
def owner():
    return client("owner")


def test_the_file_tells_every_change_in_both_clocks(owner, booking):
    told = document(asked(owner, booking))

    assert [event["transition"] for event in told["events"] if not event["about"]] == ["submit", "accept"]
    assert told["time_zone"] == "Europe/Berlin"
    moment = told["events"][0]["at"]
    assert moment["utc"].endswith("Z")
    assert moment["local"][-6:] in ("+01:00", "+02:00")


def test_the_file_tells_what_the_customer_gave(owner, booking):
    data = document(asked(owner, booking))["subject"]["data"]

    assert (data["name"], data["email"], data["notes"]) == ("Ada Byron", "ada@example.com", "Ring twice.")


def test_the_file_tells_each_attempt_and_what_a_message_says(owner, booking):
    (message,) = document(asked(owner, booking))["messages"]

    assert message["failure"] == "550 no such user"
    assert message["attempts"][0]["outcome"] == "permanent"
    assert booking.reference in message["content_as_of_now"]["text"]
    assert booking.token not in json.dumps(message)


def test_the_file_says_what_is_known_and_what_is_not(owner, booking):
    DeliveryFactory(booking=booking, kind="received", unknown=True)

    told = document(asked(owner, booking))

    assert any("2 events, numbered without a gap" in sentence for sentence in told["known"])
    assert any("whether it arrived" in sentence for sentence in told["not_known"])


def test_the_customers_file_names_nobody_of_the_staff(owner, booking):
    told = document(asked(owner, booking))

    assert "notes" not in told
    assert told["promises"][0]["promised"] == "We call you back."
    for secret in ("always late", "front-desk", "a test says so"):
        assert secret not in json.dumps(told)


def test_the_complete_file_has_notes_and_names(owner, booking):
    told = document(asked(owner, booking, variant="complete"))

    assert told["notes"][0]["text"] == "She is always late."
    assert "front-desk" in told["notes"][0]["by"]
    assert told["staff_actions"][0]["answer"] == repair.DENIED


def test_requests_and_refusals_are_in_it(owner, booking):
    request = intents.Request("web:cancel", intents.read(intents.issue(), "web:cancel").key)
    intents.record_refusal(request, "not_allowed_now", booking)
    Intent.objects.create(
        scope="web:move",
        key=request.key,
        fingerprint="1:x",
        subject_model="bookings.booking",
        subject_id=booking.pk,
        outcome="move",
        repeats=3,
    )

    told = document(asked(owner, booking))

    (won,) = told["requests"]
    assert (won["request_id"], won["repeats_absorbed"]) == (str(request.key), 3)
    assert told["refused_requests"][0]["refused_because"] == "not_allowed_now"
    assert Refused.objects.count() == 1


def test_the_checksum_is_of_the_canonical_json_and_is_kept(owner, booking):
    sealed = json.loads(asked(owner, booking).content)

    assert sealed["sha256"] == hashlib.sha256(canonical(sealed["document"])).hexdigest()
    assert Export.objects.get().sha256 == sealed["sha256"]


def test_who_took_it_when_and_why_is_kept_and_shown(owner, booking):
    asked(owner, booking, variant="complete", reason="a letter from a lawyer")

    export = Export.objects.get()
    assert (export.reason, export.variant) == ("a letter from a lawyer", "complete")
    page = Page(owner.get(path_of(booking)), path_of(booking))
    assert "a letter from a lawyer" in page.text
    assert "owner" in page.text


def test_pressing_twice_gives_the_same_file_once(owner, booking):
    path = path_of(booking)
    fields = Page(owner.get(path), path).forms[-1].fields
    typed = fields | {"variant": "customer", "format": "json", "reason": "the customer asked"}

    first, second = owner.post(path, typed), owner.post(path, typed)

    assert first.content == second.content
    assert Export.objects.count() == 1


def test_pressing_again_after_a_change_gives_another_file_and_another_line(owner, booking):
    path = path_of(booking)
    fields = Page(owner.get(path), path).forms[-1].fields
    typed = fields | {"variant": "customer", "format": "json", "reason": "the customer asked"}
    first = owner.post(path, typed)
    advance(booking, "cancel", STAFF, by="staff", reason="ill")

    second = owner.post(path, typed)

    assert document(second)["events"] != document(first)["events"]
    assert Export.objects.count() == 2


def test_without_a_reason_nothing_leaves(owner, booking):
    response = asked(owner, booking, reason=" ")

    assert response.status_code == 422
    assert Export.objects.count() == 0


def test_the_page_to_print_needs_nothing_else(owner, booking):
    response = asked(owner, booking, format="html", variant="complete")

    text = response.content.decode()
    assert response["Content-Disposition"] == f'attachment; filename="{booking.reference}-complete.html"'
    assert "She is always late." in text
    assert "@media print" in text
    assert not any(mark in text for mark in ("<script", "<link", "src=", "url("))


def test_what_was_typed_is_shown_as_text(owner, booking):
    booking = BookingFactory(notes="<script>alert(1)</script>")

    text = asked(owner, booking, format="html").content.decode()

    assert "&lt;script&gt;alert(1)" in text


def test_opening_the_page_changes_nothing(owner, booking):
    before = Event.objects.count()

    owner.get(path_of(booking))

    assert (Event.objects.count(), Export.objects.count()) == (before, 0)


@pytest.mark.parametrize("role", ["Front desk", "Auditor", "owner elsewhere", "staff without a role"])
def test_who_may_not_take_it_is_refused_and_written_down(role, booking):
    RecoveryAttempt.objects.all().delete()
    browser = browser_of(role)

    assert browser.get(path_of(booking)).status_code == 403
    assert browser.post(path_of(booking), {"variant": "complete"}).status_code == 403
    tried = RecoveryAttempt.objects.filter(remedy="export", result=Result.REFUSED)
    assert tried.count() == 2
    assert Export.objects.count() == 0


def test_the_owner_finds_it_from_the_desk_and_from_the_admin(owner):
    booking = BookingFactory(failed=True)

    for page in ("desk/bookings.failed/{}/", "bookings/booking/{}/change/"):
        assert path_of(booking) in owner.get(f"/admin/{page.format(booking.pk)}").content.decode()


def test_an_enquiry_has_one_and_a_message_does_not(owner):
    delivery = DeliveryFactory()

    assert document(asked(owner, EnquiryFactory()))["subject"]["data"]["text"] == "Do you cut curly hair?"
    assert owner.get(path_of(delivery)).status_code == 404
    assert owner.get("/admin/desk/export/no.such/1/").status_code == 404


def test_a_stranger_is_sent_to_the_log_in(booking):
    assert Client().post(path_of(booking)).status_code == 302


def recovered(*arguments):
    out = StringIO()
    call_command("recover", "proof", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_gives_the_same_file(booking):
    told = json.loads(recovered(booking.reference, "--json", "--complete", "--reason", "a dispute"))

    assert told["document"]["notes"][0]["text"] == "She is always late."
    assert Export.objects.get().source == "command"
    assert "<!doctype html>" in recovered(booking.reference, "--reason", "a dispute")


def test_the_command_refuses_an_unknown_reference():
    with pytest.raises(CommandError):
        recovered("HF-NOBODY22", "--reason", "a dispute")


def test_the_version_is_that_of_the_project():
    assert f'version = "{config.__version__}"' in (settings.BASE_DIR / "pyproject.toml").read_text()
