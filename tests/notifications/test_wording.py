"""Why the words about a message can be trusted: they say what is known, and never that it was sent."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications import clock, wording
from notifications.models import Delivery
from operations.effects import EffectStatus, HeldBy
from operations.recovery import conditions, words
from tests.factories import DeliveryFactory

BERLIN = ZoneInfo("Europe/Berlin")
NOON = "2027-01-05T12:00:00+01:00"
CLAIM = re.compile(r"\b(was|were|has been|been|is) (sent|delivered|received)\b", re.IGNORECASE)
STATUSES = [status for status in EffectStatus if status != "pending"]


def words_for(delivery):
    return wording.for_customer(delivery, BERLIN, "en")


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield timezone.now()


def test_accepted_is_said_with_its_time(db, noon):
    delivery = DeliveryFactory(done=True, booking=None)

    assert words_for(delivery) == "Confirmation e-mail: accepted by the mail server at 12:00."


def test_the_next_try_is_said_with_its_time(noon):
    delivery = Delivery(kind="confirmation", failure_class="transient", next_at=noon + timedelta(minutes=15))

    assert words_for(delivery) == "Confirmation e-mail: it could not leave yet; trying again at 12:15."


def test_another_day_is_named(noon):
    delivery = Delivery(kind="confirmation", failure_class="transient", next_at=noon + timedelta(hours=13))

    assert words_for(delivery).endswith("trying again at 01:00 on Wed 6 Jan.")


def test_the_unknown_is_called_unknown(noon):
    delivery = Delivery(kind="confirmation", status="unknown", stale_after=noon + timedelta(minutes=15))

    assert "we could not confirm that it reached you" in words_for(delivery)
    assert "A second copy follows at about 12:15" in words_for(delivery)


def test_words_follow_the_zone_and_the_language(noon):
    assert clock.brief(noon, ZoneInfo("Asia/Kathmandu"), "en") == "16:45"
    assert clock.brief(noon, ZoneInfo("America/New_York"), "en-us") == "6:00\u202fAM"


@given(
    status=st.sampled_from(EffectStatus.values),
    failure=st.sampled_from(
        ["", "transient", "throttled", "permanent", "configuration", "bug", "interrupted"]
    ),
    minutes=st.integers(-3000, 3000),
    is_double=st.booleans(),
    is_opened=st.booleans(),
    held_by=st.sampled_from(["", *HeldBy.values]),
    kind=st.sampled_from(["confirmation", "no_longer_declared"]),
)
def test_no_state_is_without_words_or_claims_too_much(
    status, failure, minutes, is_double, is_opened, held_by, kind
):
    moment = timezone.now() + timedelta(minutes=minutes)
    delivery = Delivery(
        pk=0,
        kind=kind,
        status=status,
        failure_class=failure,
        failure_text="550 no" if failure else "",
        next_at=moment,
        stale_after=moment,
        lease_until=moment,
        may_be_duplicate=is_double,
        opened_at=moment if is_opened else None,
        held_by=held_by,
    )
    said = words_for(delivery)

    assert len(said) > 25
    assert not CLAIM.search(said), said


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["working", "unknown", "dead", "held", "bounced"])
def test_every_unfinished_state_is_explained_to_both(status):
    delivery = DeliveryFactory(**{status: True})
    listing = [each for each in conditions().values() if each.model is Delivery and status in each.covers]

    assert listing
    for condition in listing:
        assert words(condition.explanation, delivery)
        assert words(condition.by_itself, delivery)
        assert not CLAIM.search(words(condition.customer_text, delivery))


@pytest.mark.django_db
def test_a_message_to_staff_is_nothing_that_a_customer_sees():
    delivery = DeliveryFactory(dead=True, is_for_staff=True)

    assert "goes to your staff" in conditions()["notifications.dead"].customer_text(delivery)
