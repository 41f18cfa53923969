"""Questions are received once, and nobody learns who books here."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import contact
from bookings.models import Enquiry
from notifications.models import Delivery
from operations import intents
from operations.workflow import Source
from tests.factories import BookingFactory
from tests.pages.conftest import ADA

pytestmark = pytest.mark.django_db

QUESTION = {name: ADA[name] for name in ("name", "email", "phone")} | {
    "text": "Do you cut curls?\nMine are long."
}


def test_a_question_is_received_once(visitor, service):
    form = visitor.open("/salon/contact/").form()
    first, again = visitor.send(form, **QUESTION), visitor.send(form, **QUESTION)
    enquiry = Enquiry.objects.get()
    assert enquiry.text == QUESTION["text"]
    assert enquiry.reference in first.text
    assert "Nothing was sent twice" in again.text


def test_a_question_with_another_text_under_the_same_number_is_kept_and_renumbered(visitor, service):
    form = visitor.open("/salon/contact/").form()
    visitor.send(form, **QUESTION)
    page = visitor.send(form, **QUESTION | {"text": "Another one"})
    assert page.status == 409
    assert page.form().fields["text"] == "Another one"
    assert visitor.send(page.form()).status == 200
    assert Enquiry.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("text", "", 422),
        ("text", "x" * 6000, 422),
        ("text", "\0", 422),
        ("email", "a@b.c\nd", 422),
        ("request_id", "x", 400),
    ],
)
def test_a_bad_question_is_explained_and_kept(visitor, service, field, value, status):
    page = visitor.send(visitor.open("/salon/contact/").form(), **QUESTION | {field: value})
    assert page.status == status
    assert page.form().fields["name"] == QUESTION["name"]
    assert not Enquiry.objects.exists()


def test_the_answer_is_the_same_for_every_address(visitor, service):
    booking = BookingFactory(service=service, accepted=True, email="ada@example.com")
    known = visitor.send(visitor.open("/find/").form(), email="ADA@example.com")
    unknown = visitor.send(visitor.open("/find/").form(), email="eve@example.com")
    assert known.text == unknown.text
    assert known.path == unknown.path
    assert Delivery.objects.get().message.booking == booking


@pytest.mark.parametrize(
    ("email", "number", "status"),
    [("", None, 422), ("x", None, 422), ("a@b.de\n", None, 422), ("a@b.de", "x", 400)],
)
def test_a_bad_address_is_explained(visitor, service, email, number, status):
    page = visitor.send(visitor.open("/find/").form(), email=email, request_id=number or intents.issue())
    assert page.status == status
    assert page.form().fields["email"].strip() == email.strip()


def test_whoever_looks_for_bookings_does_not_make_the_database_read_all_of_them():
    request = intents.Request("web:find", uuid.uuid4())

    with CaptureQueriesContext(connection) as captured:
        contact.find_again(request, email="Ada@example.com", source=Source.WEB)

    [query] = [each["sql"] for each in captured if 'FROM "bookings_booking"' in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tests' table is too small for an index
        cursor.execute(
            "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'bookings_booking'::regclass"
            " AND NOT indisunique AND indexrelid <> 'bookings_email'::regclass"
        )
        for (other,) in cursor.fetchall():  # by statistics of a handful of rows any of them may be chosen
            cursor.execute(f"DROP INDEX {other}")
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "bookings_email" in plan
    assert plan.count("on bookings_booking") == 1
