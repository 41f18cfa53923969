"""Who could serve a time, free or not, by the rules that count for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import roster
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.roster import Roster
from bookings.spans import covers, starts_within
from operations.errors import Refusal


class Rules(Enum):
    """Which rules of when a time must keep; what is taken counts for everybody."""

    ALL = "all"
    """A customer asks: hours, notice, horizon and steps."""
    DESK = "desk"
    """Staff write it down: hours and horizon. It may have begun a moment ago."""
    PROMISED = "promised"
    """It was agreed elsewhere, or booked here, before: the hours alone."""
    SET_ASIDE = "set aside"
    """Staff said why none of them counts."""

    @property
    def are_of_staff(self) -> bool:
        """Whether somebody at the desk decides, so that the history names the rule they did not keep."""
        return self in (Rules.DESK, Rules.SET_ASIDE)


class NotOffered(Refusal):
    """Raised when the rules do not offer a time; the message says why, for the customer."""

    code = "not_offered"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Candidates:
    """By kind that the service needs, everybody whose rules allow the time; never empty."""

    by_kind: Mapping[ResourceKind, tuple[Resource, ...]]


def candidates(
    service: Service, start: datetime, rules: Rules = Rules.ALL, known: Roster | None = None
) -> Candidates:
    """Who could serve this start by these rules, whether free or not; two queries.

    With the `known` rules of its local date, none. Raises NotOffered, with what these rules say against it:
    past, not offered at all, too soon, too far, closed, between the steps, or nobody of a needed kind works.
    """
    match rules:
        case Rules.ALL:
            return _by_all(service, start, known)
        case Rules.DESK:
            return _at_the_desk(service, start, known)
        case Rules.PROMISED:
            return by_the_hours(service, start, known)
        case Rules.SET_ASIDE:
            return _against_the_rules(service, start, known)


def by_the_hours(service: Service, start: datetime, known: Roster | None = None) -> Candidates:
    """Who could serve this start by the hours alone: notice, horizon and steps do not count; two queries.

    With the `known` rules of its local date, none. Raises NotOffered when the start is past, the place is
    closed before it would end, or nobody of a needed kind works.
    """
    if start < timezone.now():
        raise NotOffered("past", _("This time has passed."))
    return _by_the_hours(service, start, known)


def local_date(service: Service, start: datetime, today: date, last: date) -> date:
    """The date of a start at the location, moved to where something can be offered."""
    distance = start - timezone.now()
    if abs(distance) > timedelta(days=service.location.horizon_days + 2):
        return today if distance < timedelta() else last
    return min(max(start.astimezone(service.location.zone).date(), today), last)


def horizon(service: Service, today: date) -> date:
    """The last date at the location that can be booked."""
    return today + timedelta(days=service.location.horizon_days)


def is_active(service: Service) -> bool:
    """Whether it is offered at all, and its place too."""
    return service.is_active and service.location.is_active


def _by_all(service: Service, start: datetime, known: Roster | None) -> Candidates:
    local = _in_time(service, start)
    if not is_active(service):
        raise NotOffered("inactive", _("This is not offered at the moment."))
    rules = known or roster.load(service, local.date(), local.date())
    _check_start(service, rules, start.timestamp())
    by_kind = rules.able(int(start.timestamp()))
    if not all(by_kind.values()):
        raise NotOffered("nobody", _("Nobody is available at this time."))
    return Candidates(by_kind)


def _at_the_desk(service: Service, start: datetime, known: Roster | None) -> Candidates:
    """It may have begun today, `desk_late_start_seconds` ago at most; closed is said before too far ahead."""
    if _is_over_at_the_desk(service, start):
        raise NotOffered("past", _("This time has passed."))
    found = _by_the_hours(service, start, known)
    today = timezone.localdate(timezone=service.location.zone)
    if local_date(service, start, today, date.max) > horizon(service, today):
        raise _too_far(service)
    return found


def _against_the_rules(service: Service, start: datetime, known: Roster | None) -> Candidates:
    """Whoever works then comes first, but absences do not count either."""
    if _is_over_at_the_desk(service, start):
        raise NotOffered("past", _("This time has passed."))
    if not is_active(service):
        raise NotOffered("inactive", _("This is not offered at the moment."))
    day = start.astimezone(service.location.zone).date()
    rules = known or roster.load(service, day, day)
    able = rules.able(int(start.timestamp()))
    by_kind = {
        kind: (*able[kind], *(each for each in resources if each not in able[kind]))
        for kind, resources in rules.by_kind.items()
    }
    if not all(by_kind.values()):
        raise NotOffered("nobody", _("Nobody is available at this time."))
    return Candidates(by_kind)


def _by_the_hours(service: Service, start: datetime, rules: Roster | None = None) -> Candidates:
    if not is_active(service):
        raise NotOffered("inactive", _("This is not offered at the moment."))
    if rules is None:
        day = start.astimezone(service.location.zone).date()
        rules = roster.load(service, day, day)
    if not covers(starts_within(rules.open_time, service.minutes * 60), start.timestamp()):
        raise NotOffered("closed", _("We are closed at this time."))
    _check_own_hours(rules, start.timestamp())
    by_kind = rules.able(int(start.timestamp()))
    if not all(by_kind.values()):
        raise NotOffered("nobody", _("Nobody is available at this time."))
    return Candidates(by_kind)


def _is_over_at_the_desk(service: Service, start: datetime) -> bool:
    """Whether a start is too long ago to be written down: who is in the chair now still can be."""
    now, zone = timezone.now(), service.location.zone
    if start >= now:
        return False
    is_today = start.astimezone(zone).date() == now.astimezone(zone).date()
    return not is_today or (now - start).total_seconds() > settings.HOLDFAST.desk_late_start_seconds


def _too_far(service: Service) -> NotOffered:
    days = service.location.horizon_days
    return NotOffered("horizon", _("Times can be booked up to %(days)s days ahead.") % {"days": days})


def _in_time(service: Service, start: datetime) -> datetime:
    """The start on the location's clock, if it is neither too soon nor too far for its rules."""
    now, location = timezone.now(), service.location
    today = now.astimezone(location.zone).date()
    if start < now:
        raise NotOffered("past", _("This time has passed."))
    if start < now + timedelta(minutes=location.minimum_notice_minutes):
        raise NotOffered("notice", _("This time is too soon to be booked."))
    if local_date(service, start, today, date.max) > horizon(service, today):
        raise _too_far(service)
    return start.astimezone(location.zone)


def _check_start(service: Service, rules: Roster, start: float) -> None:
    if start in rules.starts:
        return
    if not covers(starts_within(rules.open_time, 1), start):
        raise NotOffered("closed", _("We are closed at this time."))
    if covers(starts_within(rules.open_time, service.minutes * 60), start):
        _check_own_hours(rules, start)
    elif start in rules.grid:
        raise NotOffered("too_long", _("We close before this would end."))
    raise NotOffered("off_step", _("Nothing starts at exactly this time."))


def _check_own_hours(rules: Roster, start: float) -> None:
    """Raises NotOffered for a time that the place is open for and the service's own hours leave out."""
    if not covers(rules.fitting, start):
        raise NotOffered("service_hours", _("This is not offered at this time."))
