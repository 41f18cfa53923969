"""What the worker does with parcels."""

from operations.engine import work_through
from operations.queue import Work, register
from tests.parcels.models import TOPIC, Parcel, hand_over


def drain() -> bool:
    return work_through(Parcel, TOPIC, hand_over)


def due_since():
    return Parcel.objects.due().order_by("next_at").values_list("next_at", flat=True).first()


register(Work(TOPIC, drain, due_since, is_outside=True))
