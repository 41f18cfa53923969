"""What is known of a message, as a sentence for the page and the API; the desk shows the same words."""

from django.utils.text import capfirst
from django.utils.translation import override

from bookings import language
from bookings.places import Location
from notifications import wording
from notifications.models import Delivery


def explain(delivery: Delivery, location: Location) -> str:
    """The state of a message in a sentence; never empty, whatever the state, and never more than is known."""
    with override(language.of_reader(location)):
        return capfirst(wording.state_words(delivery, location.zone))
