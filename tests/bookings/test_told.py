"""The page, the API and the desk say the same of a message."""

import pytest

from bookings import told
from notifications import wording
from operations.effects import EffectStatus
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db
TRAITS = [status.value for status in EffectStatus if status not in {"pending", "cancelled"}]


@pytest.mark.parametrize("trait", TRAITS)
def test_the_page_says_what_the_desk_says(trait):
    delivery = DeliveryFactory(**{trait: True})
    location = delivery.message.booking.location

    said = told.explain(delivery, location)

    assert said[0].isupper()
    assert said.lower() in wording.for_customer(delivery, location.zone, "en").lower()
