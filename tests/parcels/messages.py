"""A message about nothing, so that mail can be tested without a booking."""

from notifications.kinds import Content, Kind, register
from notifications.models import Delivery


def compose(delivery: Delivery) -> Content:
    return Content(subject="A note", text=f"About parcel {delivery.reference}.")


register(Kind(code="parcel_note", title="Note", compose=compose))
