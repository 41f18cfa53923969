"""What the database itself refuses: an offer whose time nobody holds."""

from __future__ import annotations

from typing import Any

import pgtrigger


class OfferHasItsDraft(pgtrigger.Trigger):
    """Refuses at commit an offer whose time nobody holds."""

    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("status", "booking_id")  # type: ignore[no-untyped-call]
    timing = pgtrigger.Deferred

    def get_func(self, model: Any) -> str:  # noqa: ARG002 - the same for every model
        return """
            IF EXISTS (
                SELECT 1 FROM bookings_waitentry AS entry LEFT JOIN bookings_booking AS booking
                    ON booking.id = entry.booking_id
                WHERE entry.id = NEW.id AND entry.status = 'offered'
                    AND booking.status IS DISTINCT FROM 'draft'
            ) THEN
                RAISE EXCEPTION 'bookings_waitentry %: its offer holds no time', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_offer_has_its_draft';
            END IF;
            RETURN NULL;
        """


class OfferEndsWithItsDraft(pgtrigger.Trigger):
    """Refuses at commit that a held time is booked or let go while its offer is still open."""

    when = pgtrigger.After
    operation = pgtrigger.UpdateOf("status")  # type: ignore[no-untyped-call]
    condition = pgtrigger.Q(old__status="draft") & ~pgtrigger.Q(new__status="draft")
    timing = pgtrigger.Deferred

    def get_func(self, model: Any) -> str:  # noqa: ARG002 - the same for every model
        return """
            IF EXISTS (SELECT 1 FROM bookings_waitentry WHERE booking_id = NEW.id AND status = 'offered') THEN
                RAISE EXCEPTION 'bookings_booking %: its offer is still open', NEW.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_offer_ends_with_its_draft';
            END IF;
            RETURN NULL;
        """
