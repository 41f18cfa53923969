"""Questions over the API, recorded as safely as bookings."""

import uuid

import pytest

from bookings.models import Enquiry
from tests.api.calls import assert_problem, get, post
from tests.factories import EnquiryFactory

pytestmark = pytest.mark.django_db


def question(service, **more):
    asked = {"location": service.location.slug, "name": "Ada", "email": "ada@example.com", "text": "Curls?"}
    return asked | more


def test_a_question_is_recorded_once(service):
    key = uuid.uuid4()
    first = post("/enquiries", question(service), key=key)
    again = post("/enquiries", question(service), key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["reference"] == first.json()["reference"] == Enquiry.objects.get().reference


def test_the_address_of_a_question_leads_to_it(service):
    response = post("/enquiries", question(service))

    found = get(response["Location"].removeprefix("/api/v1"))
    assert (found.json(), found["ETag"]) == (response.json(), response["ETag"])


def test_another_text_under_the_same_key_changes_nothing(service):
    key = uuid.uuid4()
    post("/enquiries", question(service), key=key)

    assert_problem(post("/enquiries", question(service, text="Else"), key=key), 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("location", "nowhere"),
        ("name", ""),
        ("email", "a@b.example\nx"),
        ("text", ""),
        ("text", "t" * 5001),
        ("more", 1),
    ],
)
def test_a_wrong_field_is_named(service, name, value):
    problem = assert_problem(post("/enquiries", question(service, **{name: value})), 422, "invalid")

    assert problem["errors"][0]["pointer"] == f"#/{name}"
    assert not Enquiry.objects.exists()


def test_a_question_needs_a_key(service):
    assert_problem(post("/enquiries", question(service), key=False), 400, "bad-idempotency-key")


@pytest.mark.parametrize("trait", ["open", "answered", "closed"])
def test_every_state_is_explained(trait):
    enquiry = EnquiryFactory(**({} if trait == "open" else {trait: True}))

    body = get(f"/enquiries/{enquiry.token}").json()

    assert body["status"] == trait
    assert body["explanation"]
    assert body["next_step"]


def test_an_unknown_question_is_not_found():
    assert_problem(get("/enquiries/unknown"), 404, "unknown-enquiry")
