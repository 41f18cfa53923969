"""The OpenAPI document keeps its word: whatever fits it or not, the answer is one that it announces."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import checks

from config.wsgi import application
from tests.api.calls import get
from tests.factories import BookingFactory, EnquiryFactory, WaitEntryFactory

pytestmark = pytest.mark.django_db

CONFIG = {
    "checks": {
        "missing_required_header": {"expected-statuses": [400, 422, 428]},
        # What a schema cannot say: unknown places, stale versions, times that are not offered.
        "positive_data_acceptance": {"expected-statuses": ["2xx", 304, 404, 409, 412, 422]},
    }
}
SCHEMA = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", application, config=schemathesis.Config.from_dict(CONFIG)
)
EXAMPLES = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
CONFORMS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _one_connection():
    """A request must not tidy up the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(service, start):
    """What leads a generated call further than "not found"."""
    booking = BookingFactory(service=service, starts_at=start, accepted=True)
    enquiry = EnquiryFactory(location=service.location)
    type(service).objects.filter(pk=service.pk).update(wait_list=True)
    entry = WaitEntryFactory(service=service, starts_at=start)
    return {
        "names": {"location": service.location.slug, "service": service.slug},
        "times": {"start": start.isoformat(), "email": "ada@example.com"},
        "tokens": {"/bookings": booking.token, "/enquiries": enquiry.token, "/wait-list": entry.token},
    }


@SCHEMA.parametrize()
@EXAMPLES
def test_every_answer_is_announced(case, known):
    answer = case.call()
    # A body that is refused for its size was not accepted, whatever else is wrong with it.
    too_large = [checks.negative_data_rejection] if answer.status_code == 413 else []
    case.validate_response(answer, excluded_checks=too_large)
    aim(case, known)
    case.call_and_validate(checks=CONFORMS)


def aim(case, known):
    """Let the call name what exists, wherever it names something."""
    for name in case.path_parameters or {}:
        kind = "/" + case.path.split("/")[3]
        case.path_parameters[name] = known["names"].get(name) or known["tokens"].get(kind, "stripe")
    if isinstance(case.body, dict):
        case.body |= {k: v for k, v in (known["names"] | known["times"]).items() if k in case.body}
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = '"2"'


def test_the_document_is_openapi_3_1():
    assert get("/openapi.json").json()["openapi"].startswith("3.1")
