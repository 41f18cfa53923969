"""Fills a database with the past of a large house, of which one booking in a hundred is an open matter."""

# ruff: noqa: E501, S608 - tables of ours, and columns that are better read beside each other
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from bookings.models import Booking, Enquiry, Location, Message, Service, Session
from notifications.models import Delivery
from operations.attempts import Attempt
from operations.history import Event
from operations.incidents import Incident
from operations.intents import Intent

PLACES, SERVICES, SEATS, DAYS_BACK, DAYS_AHEAD = 20, 5, 10, 365, 30
FILLED = (Session, Booking, Delivery, Message, Event, Attempt, Intent, Enquiry)


def fill(bookings: int) -> None:
    """Add that many bookings, three messages each, and what goes with them; guards rest meanwhile.

    The rows are believable, not earned by real transitions: nobody proves anything about them.
    """
    with transaction.atomic(), connection.cursor() as cursor, _unguarded(cursor), _bare(cursor):
        _places()
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for statement in (_SESSIONS, _INTENTS, _BOOKINGS, _DELIVERIES, _MESSAGES, _ATTEMPTS, *_EVENTS):
            cursor.execute(statement, {"number": bookings, "seats": SEATS})
        cursor.execute(_INCIDENTS)
        cursor.execute(_ENQUIRIES, {"number": bookings})
    with connection.cursor() as cursor:
        for model in (*FILLED, Incident):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _places() -> None:
    for number in range(PLACES):
        place = Location.objects.create(
            slug=f"house-{number}", name=f"House {number}", time_zone="Europe/Berlin", opening_hours="24/7"
        )
        Service.objects.bulk_create(
            Service(location=place, slug=f"class-{each}", name=f"Class {each}", minutes=50, capacity=SEATS)
            for each in range(SERVICES)
        )


@contextmanager
def _bare(cursor: Any) -> Iterator[None]:
    """Takes indexes and constraints off and puts them on again afterwards, which is much quicker."""
    tables = [model._meta.db_table for model in FILLED]
    cursor.execute(_INDEXES, [tables])
    indexes = cursor.fetchall()
    cursor.execute(_CONSTRAINTS, [tables])
    constraints = cursor.fetchall()
    for table, name, _definition in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


@contextmanager
def _unguarded(cursor: Any) -> Iterator[None]:
    tables = [model._meta.db_table for model in apps.get_models() if model in FILLED]
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid::regclass::text = ANY(%s)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('u', 'f') ORDER BY contype DESC"""
_SESSIONS = f"""
    INSERT INTO bookings_session (location_id, service_id, starts_at, ends_at, capacity, is_live)
    SELECT service.location_id, service.id, begin, begin + interval '50 minutes', %(seats)s, true
      FROM generate_series(0, %(number)s / %(seats)s - 1) AS run
      CROSS JOIN LATERAL (SELECT date_trunc('hour', now()) - interval '{DAYS_BACK} days'
          + run * %(seats)s::float / %(number)s * interval '{DAYS_BACK + DAYS_AHEAD} days' AS begin) AS at
      JOIN (SELECT id, location_id, row_number() OVER (ORDER BY id) - 1 AS turn, count(*) OVER () AS all_of_them
              FROM bookings_service WHERE slug LIKE 'class-%%') AS service ON service.turn = run %% all_of_them
     ORDER BY run"""
_INTENTS = """
    INSERT INTO operations_intent
        (scope, key, fingerprint, subject_model, subject_id, outcome, repeats, created_at)
    SELECT 'web:book', gen_random_uuid(), md5(n::text), 'bookings.booking', n, 'booked',
        (n %% 50 = 0)::int, now() - (%(number)s - n) * interval '395 days' / %(number)s
      FROM generate_series(1, %(number)s) AS n"""
# `turn` counts the bookings to come; of each twenty one is open, in turn in each of seven ways.
_BOOKINGS = """
    INSERT INTO bookings_booking
        (id, version, created_at, updated_at, status, stale_after, reference, token, place, wants_resource,
         starts_at, ends_at, time_zone, local_start, name, email, phone, phone_key, notes, answers, language, price,
         currency, source, waiting_for, answer_until, next_at, attempts, failure_code, failure_text,
         cancelled_by, cancel_reason, revision, location_id, service_id, session_id)
    SELECT nextval(pg_get_serial_sequence('bookings_booking', 'id')), 1, least(now(), starts_at - interval '14 days'),
        least(now() - interval '1 hour', starts_at), status,
        CASE WHEN status IN ('accepted', 'submitted') THEN CASE WHEN way = 4 THEN now() - interval '1 hour'
            ELSE starts_at + interval '2 hours' END END,
        'HF-' || lpad(upper(to_hex(n)), 8, 'Z'), md5(n::text || 'token'), (n - 1) %% %(seats)s + 1, false,
        starts_at, starts_at + interval '50 minutes', 'Europe/Berlin', to_char(starts_at, 'YYYY-MM-DD"T"HH24:MI') || '.fill' ,
        first[n %% 10 + 1] || ' ' || last[n / 10 %% 10 + 1] || ' ' || n, 'customer' || n || '@example.com',
        '+49 30 ' || n, '+4930' || n, '', '{}', 'en', 20, 'EUR', 'web',
        CASE way WHEN 2 THEN 'staff' WHEN 3 THEN 'staff' WHEN 5 THEN 'payment' ELSE '' END,
        CASE WHEN way IN (2, 3, 5) THEN least(starts_at, now() + n %% 60 * interval '1 hour') END,
        now(), 0, CASE WHEN status = 'failed' THEN 'processing_error' ELSE '' END, '',
        CASE WHEN way = 6 THEN 'staff' WHEN status = 'cancelled' THEN 'customer' ELSE '' END, '',
        1, location_id, service_id, session_id
      FROM (SELECT n, starts_at, location_id, service_id, session_id, way,
                CASE WHEN way IN (0, 1) THEN 'failed' WHEN way IN (2, 3, 4, 5) THEN 'submitted'
                     WHEN way = 6 OR n %% 11 = 0 THEN 'cancelled' WHEN starts_at > now() OR n %% 9999 = 0 THEN 'accepted'
                     ELSE 'completed' END AS status
              FROM (SELECT (row_number() OVER (ORDER BY session.starts_at, seat))::int AS n, session.id AS session_id,
                        session.starts_at, session.location_id, service_id
                      FROM bookings_session AS session JOIN bookings_service AS service ON service.id = service_id
                      CROSS JOIN generate_series(1, %(seats)s) AS seat WHERE service.slug LIKE 'class-%%') AS seats
              CROSS JOIN LATERAL (SELECT CASE WHEN starts_at > now() AND n %% 20 = 0 THEN n / 20 %% 7 END AS way) AS turn
           ) AS made
      CROSS JOIN (SELECT ARRAY['Anna', 'Björn', 'Chloé', 'Dmitri', 'Élise', 'Fatima', 'Jürgen', '明', 'Нина', 'Zoë']
            AS first, ARRAY['Müller', 'García', 'Ødegård', 'Иванова', '山田', 'O''Brien', 'Nguyễn', 'Kowalski', 'Smith',
            'Weiß'] AS last) AS names
     ORDER BY n"""
_DELIVERIES = """
    INSERT INTO notifications_delivery
        (version, created_at, updated_at, status, uid, dedupe_key, channel, next_at, not_after, attempts,
         lease_until, handover_at, failure_class, failure_text, external_id, external_text, done_at,
         may_be_duplicate, evidence, kind, recipient, reference, location, language, harm_at, is_for_staff,
         parameters, held_by)
    SELECT 1, created_at, least(now() - interval '40 minutes', starts_at), status, gen_random_uuid(),
        'fill:' || id || ':' || part, CASE part WHEN 2 THEN 'sms' ELSE 'email' END,
        CASE WHEN status = 'pending' AND way IS NULL THEN greatest(now() + interval '2 hours', starts_at - part * interval '12 hours')
             ELSE now() - interval '1 hour' END,
        starts_at, CASE WHEN status = 'pending' THEN 0 ELSE 1 END, CASE WHEN status = 'working' THEN now() - interval '1 hour' END,
        CASE WHEN status = 'unknown' THEN now() - interval '40 minutes' END,
        CASE WHEN way <= 4 THEN 'permanent' WHEN way <= 8 THEN 'unknown' ELSE '' END,
        CASE WHEN way <= 8 THEN '550 5.1.1 mailbox unavailable' ELSE '' END, '', '',
        CASE WHEN status IN ('done', 'confirmed') THEN created_at END, false, '',
        CASE part WHEN 0 THEN 'confirmation' ELSE 'reminder' END, email, reference, slug, 'en', starts_at, false,
        '{}', CASE WHEN status = 'held' THEN 'channel' ELSE '' END
      FROM (SELECT booking.id, part, way, booking.created_at, starts_at, booking.email, reference, location.slug,
                CASE WHEN way <= 4 THEN 'dead' WHEN way <= 6 THEN 'unknown' WHEN way <= 8 THEN 'held'
                     WHEN way = 9 THEN 'bounced' WHEN way = 10 THEN 'expired' WHEN way = 11 THEN 'pending'
                     WHEN way = 12 THEN 'working' WHEN part > 0 AND starts_at > now() THEN 'pending'
                     WHEN booking.id %% 5 = 0 THEN 'confirmed' WHEN booking.id %% 7001 = 0 THEN 'dead' ELSE 'done' END AS status
              FROM bookings_booking AS booking JOIN bookings_location AS location
                ON location.id = location_id AND location.slug LIKE 'house-%%'
              CROSS JOIN generate_series(0, 2) AS part
              CROSS JOIN LATERAL (SELECT CASE WHEN starts_at > now() AND (booking.id * 3 + part) %% 36 = 0
                  THEN (booking.id * 3 + part) / 36 %% 13 END AS way) AS turn) AS made
     ORDER BY id, part"""
_MESSAGES = """
    INSERT INTO bookings_message (delivery_id, revision, booking_id)
    SELECT id, 1, split_part(dedupe_key, ':', 2)::bigint FROM notifications_delivery WHERE dedupe_key LIKE 'fill:%%'"""
_ATTEMPTS = """
    INSERT INTO operations_attempt
        (effect_model, effect_id, lease_token, worker, started_at, handover_at, finished_at, outcome,
         external_code, text, failed_at, fingerprint)
    SELECT 'notifications.delivery', id, gen_random_uuid(), '00000000-0000-0000-0000-000000000007', at, at, at,
        CASE WHEN failed THEN 'permanent' ELSE 'done' END, CASE WHEN failed THEN '550' ELSE '250' END, '',
        CASE WHEN failed THEN at END, CASE WHEN failed THEN left(md5((id %% 5)::text), 16) END
      FROM (SELECT id, status IN ('dead', 'unknown', 'bounced', 'held') OR id %% 100 = 0 AS failed,
                CASE WHEN status IN ('done', 'confirmed') THEN created_at ELSE updated_at END AS at
              FROM notifications_delivery WHERE status <> 'pending' AND dedupe_key LIKE 'fill:%%') AS tried"""
_EVENTS = (
    """INSERT INTO operations_event (subject_model, subject_id, sequence, from_status, to_status, transition, actor,
           source, operation_id, reason, details, at)
       SELECT 'bookings.booking', id, 1, CASE status WHEN 'failed' THEN 'submitted' ELSE '' END, status, 'accept',
           'worker', 'queue', gen_random_uuid(), '', '{}', CASE status WHEN 'failed' THEN updated_at ELSE created_at END
         FROM bookings_booking WHERE local_start LIKE '%%.fill'""",
    """INSERT INTO operations_event (subject_model, subject_id, sequence, from_status, to_status, transition, actor,
           source, operation_id, reason, details, at)
       SELECT 'notifications.delivery', id, 1, CASE status WHEN 'pending' THEN '' ELSE 'working' END, status,
           'acknowledge', 'worker', 'queue', gen_random_uuid(), '', '{}',
           CASE WHEN status IN ('dead', 'unknown', 'held', 'bounced') THEN updated_at ELSE created_at END
         FROM notifications_delivery WHERE dedupe_key LIKE 'fill:%%'""",
    # A thousand messages a day went wrong in the last month and came right again within hours.
    """INSERT INTO operations_event (subject_model, subject_id, sequence, from_status, to_status, transition, actor,
           source, operation_id, reason, details, at)
       SELECT 'notifications.delivery', id, 2 + part, CASE part WHEN 0 THEN 'working' ELSE 'unknown' END,
           CASE part WHEN 0 THEN 'unknown' ELSE 'done' END, 'confirm',
           CASE id / 100 %% 4 WHEN 0 THEN 'staff' ELSE 'schedule' END, 'queue', gen_random_uuid(), '', '{}',
           now() - (1 - part) * (id / 100 %% 300) * interval '1 minute' - (id / 100 %% 43200) * interval '1 minute'
         FROM notifications_delivery CROSS JOIN generate_series(0, 1) AS part
        WHERE id %% 100 = 3 AND dedupe_key LIKE 'fill:%%'""",
)
_INCIDENTS = """
    INSERT INTO operations_incident
        (fingerprint, effect_model, failure_class, channel, code, text, first_at, seen_at)
    SELECT left(md5(n::text), 16), 'notifications.delivery', 'permanent', 'email', '550', 'mailbox unavailable ' || n,
        now() - interval '2 days', now() FROM generate_series(0, 4) AS n"""
_ENQUIRIES = """
    INSERT INTO bookings_enquiry (version, created_at, updated_at, status, stale_after, reference, token, location_id,
        name, email, phone, text, language, answer)
    SELECT 1, now(), now(), 'open', now() + n * interval '1 minute', 'EN-' || lpad(n::text, 8, '0'), md5(n::text || 'fill'),
        (SELECT min(id) FROM bookings_location WHERE slug LIKE 'house-%%'), 'Writer ' || n,
        'writer' || n || '@example.com', '', 'Are you open on Sunday?', 'en', ''
      FROM generate_series(1, %(number)s / 2000) AS n"""
