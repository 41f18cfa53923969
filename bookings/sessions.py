"""Who and what is occupied when: the part of the schema that makes overlap impossible."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q, Value

from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> SessionQuerySet:
        return self.filter(is_live=True)


class Session(models.Model):
    """One run of a service; it holds its people and rooms alone while a live booking has a place in it.

    `is_live` is kept by the database from the statuses of the bookings; no code writes it.
    """

    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    is_live = models.BooleanField(default=False, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="bookings_session_has_length"
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="bookings_session_has_places"),
        )
        indexes = (
            models.Index(
                fields=["service", "starts_at"], condition=Q(is_live=True), name="bookings_session_live"
            ),
            models.Index(fields=["location", "starts_at"], name="bookings_session_location"),
        )

    def __str__(self) -> str:
        return f"{self.service} at {self.starts_at:%Y-%m-%d %H:%M} UTC"


class Allocation(models.Model):
    """A resource is taken by a session for `occupied`, buffers included, while the session is live."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="allocations")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="allocations")
    occupied = DateTimeRangeField()
    is_live = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = (
            # int8range makes the equality of resources indexable by gist without an extension.
            ExclusionConstraint(
                name="bookings_no_overlap",
                expressions=[
                    (Func(F("resource_id"), F("resource_id"), Value("[]"), function="int8range"), "&&"),
                    ("occupied", "&&"),
                ],
                condition=Q(is_live=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.resource} in {self.session}"


LIVE_STATUSES = ("draft", "submitted", "accepted", "in_progress", "completed")


class SessionFollowsBookings(pgtrigger.Trigger):
    """Keeps `is_live` of a booking's session and allocations equal to "has a live booking", and people few.

    Taking a time again, by any path, therefore meets the exclusion constraint; leaving frees it. The
    session row is locked first, so that the last two bookings cannot each believe the other still stands.
    """

    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
        "status", "session_id", "people"
    )

    def get_func(self, model: Any) -> str:  # noqa: ARG002 - the same for every model
        live = ", ".join(f"'{status}'" for status in LIVE_STATUSES)
        return f"""
            IF TG_OP = 'UPDATE' THEN
                PERFORM bookings_refresh_session(s.id) FROM (
                    SELECT OLD.session_id AS id WHERE OLD.session_id <> NEW.session_id
                        OR (OLD.status IN ({live})) <> (NEW.status IN ({live}))
                    UNION
                    SELECT NEW.session_id WHERE OLD.session_id <> NEW.session_id OR OLD.people <> NEW.people
                ) AS s ORDER BY s.id;
            ELSE
                PERFORM bookings_refresh_session(NEW.session_id);
            END IF;
            RETURN NULL;
        """


# ruff: noqa: S608 - the statuses are constants of ours
REFRESH_SESSION = f"""
CREATE OR REPLACE FUNCTION bookings_refresh_session(target bigint) RETURNS void AS $$
DECLARE
    live boolean;
BEGIN
    PERFORM 1 FROM bookings_session WHERE id = target FOR UPDATE;
    live := EXISTS (SELECT 1 FROM bookings_booking WHERE session_id = target
        AND status IN ({", ".join(f"'{status}'" for status in LIVE_STATUSES)}));
    UPDATE bookings_session SET is_live = live WHERE id = target AND is_live <> live;
    UPDATE bookings_allocation SET is_live = live WHERE session_id = target AND is_live <> live;
END;
$$ LANGUAGE plpgsql;
"""


# The same, for bookings of several people: under the lock, nobody can let more in than there are places.
REFRESH_SESSION_OF_PEOPLE = f"""
CREATE OR REPLACE FUNCTION bookings_refresh_session(target bigint) RETURNS void AS $$
DECLARE
    places integer;
    coming integer;
    live boolean;
BEGIN
    SELECT capacity INTO places FROM bookings_session WHERE id = target FOR UPDATE;
    SELECT sum(people) INTO coming FROM bookings_booking WHERE session_id = target
        AND status IN ({", ".join(f"'{status}'" for status in LIVE_STATUSES)});
    IF coming > places THEN
        RAISE EXCEPTION 'bookings_session %: % people for % places', target, coming, places
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_people_within_capacity';
    END IF;
    live := coming IS NOT NULL;
    UPDATE bookings_session SET is_live = live WHERE id = target AND is_live <> live;
    UPDATE bookings_allocation SET is_live = live WHERE session_id = target AND is_live <> live;
END;
$$ LANGUAGE plpgsql;
"""


# Two statements in one round trip: the list must be read after the locks were granted, by a new snapshot.
LOCK_AND_LIST_BUSY = """
CREATE OR REPLACE FUNCTION bookings_lock_and_list_busy(
    keys bigint[], resources bigint[], occupied_from timestamptz, occupied_to timestamptz, leaving bigint
) RETURNS SETOF bigint AS $$
DECLARE
    key bigint;
BEGIN
    FOREACH key IN ARRAY keys LOOP
        PERFORM pg_advisory_xact_lock(key);
    END LOOP;
    RETURN QUERY SELECT held.resource_id FROM unnest(resources) AS wanted
        JOIN bookings_allocation AS held
            ON int8range(held.resource_id, held.resource_id, '[]') && int8range(wanted, wanted, '[]')
            AND held.occupied && tstzrange(occupied_from, occupied_to)
        WHERE held.is_live AND held.session_id IS DISTINCT FROM leaving;
END;
$$ LANGUAGE plpgsql;
"""


class PlaceWithinCapacity(pgtrigger.Trigger):
    """Refuses a place that the session does not have, and a session of another service."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
        "place", "session_id", "service_id"
    )

    def get_func(self, model: Any) -> str:  # noqa: ARG002 - the same for every model
        return """
            IF NOT EXISTS (SELECT 1 FROM bookings_session WHERE id = NEW.session_id
                    AND service_id = NEW.service_id AND NEW.place BETWEEN 1 AND capacity) THEN
                RAISE EXCEPTION 'bookings_booking: session % has no place %', NEW.session_id, NEW.place
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bookings_place_within_capacity';
            END IF;
            RETURN NEW;
        """
