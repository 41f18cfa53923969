"""What the worker does for bookings."""

from django.utils.translation import gettext_noop

from bookings import attention, customers, erasure, forgetting, processing
from bookings.importing import kept
from bookings.waitlist import offering
from operations import retention
from operations.queue import Job, Work, register

register(
    Work(topic=processing.TOPIC, drain=processing.drain, due_since=processing.due_since),
    Work(topic=offering.TOPIC, drain=offering.drain, due_since=offering.due_since),
    Job(
        name="attention",
        title=gettext_noop("Tell places what needs a person"),
        run=attention.tell_places,
        every_seconds=60,
    ),
    Job(
        name="customers",
        title=gettext_noop("Note the customers of new bookings"),
        run=customers.collect,
        every_seconds=60,
    ),
    Job(
        name="import_files",
        title=gettext_noop("Forget the files of imports"),
        run=kept.forget_old,
        every_seconds=3600,
    ),
)
retention.register(*forgetting.RULES, *erasure.RULES)
