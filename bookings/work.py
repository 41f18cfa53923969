"""What the worker does for bookings."""

from bookings import processing
from operations.queue import Work, register

register(Work(topic=processing.TOPIC, drain=processing.drain, due_since=processing.due_since))
