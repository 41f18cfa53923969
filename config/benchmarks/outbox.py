"""Messages to measure with: real ones about real bookings, any number of them within seconds."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from bookings import intake, processing
from bookings.models import Booking, Message
from config.benchmarks.submissions import place
from notifications import outbox
from notifications.models import Delivery
from operations import intents, queue
from operations.workflow import Source

CUSTOMERS = 200
OUT_OF_THE_WAY = timedelta(days=1000)
FRESH = {
    "uid": "gen_random_uuid()",
    "dedupe_key": "'bench:' || gen_random_uuid()",
    "next_at": "now() - interval '3 hours' + interval '3 hours' * n / %(number)s",
}


def accepted_bookings() -> list[Booking]:
    """Bookings made and accepted as customers and workers do it; nothing of them is due."""
    service = place(0)
    start = (timezone.now() + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    for each in range(CUSTOMERS):
        submission = intake.Submission(
            service=service,
            start=start + timedelta(minutes=5 * each),
            resource=None,
            name=f"Customer {each}",
            email=f"customer{each}@example.com",
        )
        intake.submit(intents.Request("web:book", uuid.uuid4()), submission, source=Source.WEB)
    while processing.drain():
        pass
    put_off()
    return list(Booking.objects.filter(service=service).select_related("location", "service"))


def fill(bookings: list[Booking], number: int) -> None:
    """Make so many confirmations due, as if they had gathered for three hours."""
    columns = [field.column for field in Delivery._meta.concrete_fields if not field.primary_key]
    values = [FRESH.get(column, f'model."{column}"') for column in columns]
    statement = _FILL.format(columns=", ".join(f'"{each}"' for each in columns), values=", ".join(values))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement, {"bookings": [each.pk for each in bookings], "number": number, "act": uuid.uuid4()}
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_delivery, operations_event, bookings_message")
    queue.wake_now("email")


def tell(booking: Booking) -> Delivery:
    """A message about a booking, made as the application makes it, but never the same as an earlier one."""
    with transaction.atomic():
        delivery = outbox.queue_message(
            kind="link_sent_again",
            recipient=booking.email,
            dedupe_key=f"bench:{uuid.uuid4()}",
            reference=booking.reference,
            location=booking.location.slug,
        )
        assert delivery is not None
        Message.objects.create(delivery=delivery, booking=booking)
    return delivery


def put_off() -> int:
    """Take everything that is due out of the way; returns how much that was."""
    now = timezone.now()
    here = Delivery.objects.unsent().filter(next_at__lt=now + OUT_OF_THE_WAY / 2)
    return here.update(next_at=now + OUT_OF_THE_WAY)


# Copies of the confirmations that the bookings brought forth, each with its event and its link.
_FILL = """
    WITH models AS (
        SELECT delivery.*,
            row_number() OVER (ORDER BY delivery.id) - 1 AS place, count(*) OVER () AS all_of_them
        FROM notifications_delivery AS delivery
        JOIN bookings_message ON delivery_id = delivery.id
        WHERE booking_id = ANY(%(bookings)s) AND kind = 'confirmation' AND dedupe_key NOT LIKE 'bench:%%'
    ), made AS (
        INSERT INTO notifications_delivery ({columns})
        SELECT {values} FROM generate_series(1, %(number)s) AS n
        JOIN models AS model ON model.place = n %% model.all_of_them
        RETURNING id, reference
    ), told AS (
        INSERT INTO operations_event
            (subject_model, subject_id, sequence, from_status, to_status, transition,
             actor, source, operation_id, reason, details, at)
        SELECT 'notifications.delivery', id, 1, '', 'pending', 'begin',
            'worker', 'command', %(act)s, '', '{{}}', now() FROM made
    )
    INSERT INTO bookings_message (delivery_id, booking_id, revision)
    SELECT made.id, booking.id, booking.revision
    FROM made JOIN bookings_booking AS booking USING (reference)"""
