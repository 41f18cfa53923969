"""What fails alike is told in words that people at the desk understand, in their language, naming nobody."""

import pytest
from django.utils.translation import override

from operations import impact
from operations.errors import PermanentError, TransientError, UnknownOutcomeError
from operations.incidents import Incident
from tests.desk.people.acting import browser_of, somebody
from tests.desk.people.test_incidents import fail, page_of

pytestmark = pytest.mark.django_db

NOBODY_THERE = PermanentError(
    "The address looks wrong: 550 <anna@example.com> no Anna here", external_code="550"
)


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (
            NOBODY_THERE,
            "E-mail: there is no such address, or it takes no mail (550)",
        ),
        (PermanentError("554 no", external_code="554"), "E-mail: refused for good (554)"),
        (
            TransientError("452 full", external_code="452"),
            "E-mail: the mailbox is full or the message too big for it (452)",
        ),
        (TransientError("The connection was closed"), "E-mail: failed, may work later"),
        (UnknownOutcomeError("The connection was closed"), "E-mail: no verdict; it may have happened"),
    ],
)
def test_a_title_says_what_it_means(error, title):
    fail(error=error)

    assert Incident.objects.get().title == title


def test_it_speaks_the_readers_language():
    fail(error=PermanentError("554 no", external_code="554"))

    with override("de"):
        assert "refused for good" not in Incident.objects.get().title


@pytest.mark.parametrize(
    ("channel", "title"),
    [
        ("bookings", "Processing of bookings: failed by an error of ours"),
        ("webhook:7", "Webhooks: failed by an error of ours"),
        ("carrier-pigeon", "carrier-pigeon: failed by an error of ours"),
    ],
)
def test_works_and_channels_go_by_their_names(channel, title):
    assert Incident(channel=channel, failure_class="bug").title == title


def test_the_overview_has_no_words_with_holes_and_the_incident_has_them_for_those_who_search():
    fail(error=NOBODY_THERE)
    browser, incident = browser_of(somebody("Anna")), Incident.objects.get()
    assert "…" in incident.text

    assert incident.text not in browser.get("/admin/desk/").content.decode()
    assert "the address … wrong" in browser.get(page_of(incident)).content.decode()
    assert [told.incident for told in impact.tell([incident])] == [incident]
