"""What is promised about bookings: one for each request, no overlap, and everybody told what happened."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from bookings.sessions import LIVE_STATUSES
from operations.promises import Breach, Promise, found_by, register

# ruff: noqa: S608 - the statements are put together from constants of ours
LIVE = ", ".join(f"'{status}'" for status in LIVE_STATUSES)

# What each step of a booking's history tells the customer; of several kinds any one will do.
TOLD_BY = {
    "transition = 'accept'": ("confirmation",),
    "transition = 'fail'": ("failed",),
    "transition = 'move'": ("moved", "changed"),  # the latter when a change before it was not told yet
    "transition = 'change'": ("changed",),
    "transition = 'ask'": ("received",),
    "transition = 'cancel' AND actor = 'customer'": ("cancelled_by_customer",),
    "transition = 'cancel' AND actor = 'staff' AND NOT details ? 'silently'": (
        "cancelled_by_staff",
        "declined",
    ),
    "transition = 'merge'": ("merged",),
}
REVISING = ("accept", "cancel", "fail", "merge", "move", "change")
KINDS = [kind for kinds in TOLD_BY.values() for kind in kinds]
HISTORY = f"""
    WITH step AS (
        SELECT subject_id, bool_or(details ? 'without_email') OVER past
                AND NOT bool_or(transition = 'correct_email') OVER past AS is_unreachable,
            transition IN ('accept', 'move', 'change') AND details ? 'silently' AS is_silent,
            count(*) FILTER (WHERE transition IN {REVISING})
                OVER past AS revision,
            CASE {" ".join(f"WHEN {step} THEN ARRAY{list(kinds)}" for step, kinds in TOLD_BY.items())}
                END AS kinds
        FROM operations_event WHERE subject_model = 'bookings.booking'
        WINDOW past AS (PARTITION BY subject_id ORDER BY sequence)
    ), told AS (
        SELECT message.booking_id, message.revision, delivery.kind, delivery.channel
        FROM bookings_message AS message JOIN notifications_delivery AS delivery ON delivery.id = delivery_id
        WHERE booking_id IS NOT NULL AND copy_of_id IS NULL AND NOT is_for_staff
            AND kind = ANY(%(kinds)s)
    )"""


def requests_without_result() -> list[Breach]:
    """A form that was recorded as submitted, and there is no booking of it."""
    return found_by(
        """SELECT 'operations.intent ' || intent.id, 'was submitted and has no booking'
           FROM operations_intent AS intent
           LEFT JOIN bookings_booking AS booking ON booking.request_id = intent.id
           WHERE intent.outcome = 'submitted' AND booking.id IS NULL
           UNION ALL
           SELECT 'operations.intent ' || intent.id, 'is about a booking that does not exist'
           FROM operations_intent AS intent LEFT JOIN bookings_booking AS booking ON booking.id = subject_id
           WHERE intent.subject_model = 'bookings.booking' AND booking.id IS NULL"""
    )


def overlaps() -> list[Breach]:
    """Somebody or something that is taken twice at one time, or a place in a session that is."""
    return found_by(
        f"""SELECT 'bookings.resource ' || resource_id, 'is taken again at ' || lower(occupied)
            FROM (SELECT resource_id, occupied, max(upper(occupied)) OVER (
                        PARTITION BY resource_id ORDER BY lower(occupied), id
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
                  FROM bookings_allocation WHERE is_live) AS allocation
            WHERE lower(occupied) < taken_until
            UNION ALL
            SELECT 'bookings.session ' || session_id, 'gave place ' || place || ' to ' || count(*)
            FROM bookings_booking WHERE status IN ({LIVE})
            GROUP BY session_id, place HAVING count(*) > 1"""
    )


def overfull() -> list[Breach]:
    """A session with more people than places, or a live booking at another time than its session."""
    return found_by(
        f"""SELECT 'bookings.booking ' || booking.id, 'has place ' || place || ' of ' || capacity || ' from '
                || booking.starts_at || ', its session begins at ' || session.starts_at
            FROM bookings_booking AS booking JOIN bookings_session AS session ON session.id = session_id
            WHERE booking.status IN ({LIVE}) AND (place > capacity OR place < 1
                OR booking.starts_at <> session.starts_at OR booking.ends_at <> session.ends_at
                OR booking.service_id <> session.service_id)
            UNION ALL
            SELECT 'bookings.session ' || session_id, 'has ' || sum(people) || ' people for ' || min(capacity)
            FROM bookings_booking AS booking JOIN bookings_session AS session ON session.id = session_id
            WHERE booking.status IN ({LIVE}) GROUP BY session_id HAVING sum(people) > min(capacity)"""
    )


def wrongly_held() -> list[Breach]:
    """A time that is held for nobody, or is not held although a live booking needs it."""
    return found_by(
        f"""WITH needed AS (SELECT DISTINCT session_id FROM bookings_booking WHERE status IN ({LIVE}))
            SELECT 'bookings.session ' || session.id, CASE WHEN is_live THEN 'is held for nobody'
                ELSE 'is not held although it is booked' END
            FROM bookings_session AS session LEFT JOIN needed ON needed.session_id = session.id
            WHERE is_live <> (needed.session_id IS NOT NULL)
            UNION ALL
            SELECT 'bookings.allocation ' || allocation.id, 'does not follow its session'
            FROM bookings_allocation AS allocation JOIN bookings_session AS session ON session.id = session_id
            WHERE allocation.is_live <> session.is_live"""
    )


def untold() -> list[Breach]:
    """A step that the customer should have been told of, and no message was ever made.

    Who booked by telephone and left no address cannot be written to until one is added. What was promised
    elsewhere, before it was imported, may stand here without a word, and of a move that staff made on the
    telephone they may vouch that the customer knows.
    """
    return found_by(
        f"""{HISTORY}
            SELECT 'bookings.booking ' || subject_id, 'has no message ' || array_to_string(kinds, ' or ')
                || ' of revision ' || revision
            FROM step WHERE kinds IS NOT NULL AND NOT is_unreachable AND NOT is_silent AND NOT EXISTS (
                SELECT 1 FROM told WHERE told.booking_id = step.subject_id
                    AND told.channel = 'email' AND told.revision = step.revision
                    AND told.kind = ANY(step.kinds))""",
        {"kinds": KINDS},
    )


def told_too_much() -> list[Breach]:
    """A message of a step that was never taken, or the same one made twice."""
    return found_by(
        f"""{HISTORY}
            SELECT 'bookings.booking ' || booking_id, 'has a message ' || kind || ' of revision '
                || told.revision || ' and nothing calls for it'
            FROM told WHERE NOT EXISTS (
                SELECT 1 FROM step WHERE step.subject_id = told.booking_id
                    AND step.revision = told.revision AND told.kind = ANY(step.kinds))
            UNION ALL
            SELECT 'bookings.booking ' || booking_id, 'has ' || count(*) || ' messages ' || kind
                || ' of revision ' || revision
            FROM told GROUP BY booking_id, kind, channel, revision HAVING count(*) > 1""",
        {"kinds": KINDS},
    )


def reminded_wrongly() -> list[Breach]:
    """A reminder that waits for its time, of a booking that will not be then, or to somebody else."""
    return found_by(
        """SELECT 'notifications.delivery ' || delivery.id, 'would remind ' || CASE
                WHEN booking.status NOT IN ('accepted', 'in_progress') THEN 'of what is ' || booking.status
                WHEN message.revision <> booking.revision THEN 'of an earlier time'
                ELSE 'another address than the booking has' END
           FROM notifications_delivery AS delivery
           JOIN bookings_message AS message ON message.delivery_id = delivery.id
           JOIN bookings_booking AS booking ON booking.id = message.booking_id
           WHERE delivery.kind = 'reminder' AND delivery.status IN ('pending', 'held') AND copy_of_id IS NULL
               AND (booking.status NOT IN ('accepted', 'in_progress') OR message.revision <> booking.revision
                   OR (delivery.channel = 'email' AND lower(delivery.recipient) <> lower(booking.email)))"""
    )


def still_named() -> list[Breach]:
    """A booking or enquiry that was forgotten and names somebody all the same, itself or in a message."""
    return found_by(
        """WITH gone AS (
               SELECT id, 'booking' AS kind,
                   name || email || phone || phone_key || notes || cancel_reason AS said
               FROM bookings_booking WHERE forgotten_at IS NOT NULL
               UNION ALL
               SELECT id, 'enquiry', name || email || phone || phone_key || text || answer
               FROM bookings_enquiry WHERE forgotten_at IS NOT NULL
               UNION ALL
               SELECT id, 'waitentry', name || email || phone || notes
               FROM bookings_waitentry WHERE forgotten_at IS NOT NULL
           )
           SELECT 'bookings.' || kind || ' ' || id, 'was forgotten and still names somebody'
           FROM gone WHERE said <> ''
           UNION ALL
           SELECT 'notifications.delivery ' || delivery.id, 'has the recipient of what was forgotten'
           FROM gone JOIN bookings_message AS message
               ON (gone.kind = 'booking' AND booking_id = gone.id)
               OR (gone.kind = 'enquiry' AND enquiry_id = gone.id)
               OR (gone.kind = 'waitentry' AND wait_entry_id = gone.id)
           JOIN notifications_delivery AS delivery ON delivery.id = delivery_id
           WHERE recipient <> '' AND NOT is_for_staff"""
    )


def wrongly_offered() -> list[Breach]:
    """An offer whose time nobody holds, a time held for nobody's offer, or one taken that is still held."""
    return found_by(
        """SELECT 'bookings.waitentry ' || entry.id, 'is ' || entry.status || ' and its time is '
                || coalesce(booking.status, 'nobody''s')
           FROM bookings_waitentry AS entry LEFT JOIN bookings_booking AS booking ON booking.id = booking_id
           WHERE (entry.status = 'offered') <> (coalesce(booking.status, '') = 'draft')
               OR (entry.status = 'waiting' AND booking_id IS NOT NULL)
           UNION ALL
           SELECT 'bookings.booking ' || subject_id, 'was held for somebody who is not on the wait list'
           FROM operations_event AS event LEFT JOIN bookings_waitentry AS entry
               ON entry.booking_id = event.subject_id
           WHERE subject_model = 'bookings.booking' AND sequence = 1 AND transition = 'offer'
               AND entry.id IS NULL"""
    )


def merged_wrongly() -> list[Breach]:
    """A booking that was merged and whose customer has no other in its place."""
    return found_by(
        """SELECT 'bookings.booking ' || gone.subject_id, 'was merged and no booking has taken it over'
           FROM operations_event AS gone JOIN bookings_booking AS booking ON booking.id = gone.subject_id
           WHERE gone.subject_model = 'bookings.booking' AND gone.transition = 'merge' AND NOT EXISTS (
               SELECT 1 FROM operations_event AS taken
               WHERE taken.subject_model = 'bookings.booking' AND taken.subject_id = booking.merged_into_id
                   AND taken.transition = 'take_over' AND taken.operation_id = gone.operation_id)
           UNION ALL
           SELECT 'bookings.booking ' || id, 'leads to another one and was never merged'
           FROM bookings_booking AS booking WHERE merged_into_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM operations_event WHERE subject_model = 'bookings.booking'
                   AND subject_id = booking.id AND transition = 'merge')"""
    )


register(
    Promise(
        "bookings.recorded", _("Every request that won has exactly one booking."), requests_without_result
    ),
    Promise("bookings.no_overlap", _("Nobody and nothing is taken twice at one time."), overlaps),
    Promise("bookings.fit", _("Every booking fits into its session."), overfull),
    Promise("bookings.held", _("A time is held exactly while a live booking needs it."), wrongly_held),
    Promise("bookings.told", _("Every step that concerns a customer has its message."), untold),
    Promise("bookings.told_once", _("No message is made without a step, and none twice."), told_too_much),
    Promise("bookings.merged", _("What was merged lives on in another booking."), merged_wrongly),
    Promise("bookings.forgotten", _("What was forgotten names nobody."), still_named),
    Promise("bookings.reminded", _("Nobody is reminded of what will not be."), reminded_wrongly),
    Promise(
        "bookings.offered",
        _("An offer from the wait list holds its time, and nothing else does."),
        wrongly_offered,
    ),
)
