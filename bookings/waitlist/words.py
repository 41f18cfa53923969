"""What an entry on the wait list means for whoever waits."""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import when
from bookings.explanations import Explanation, Level
from bookings.waitlist.entry import WaitEntry, WaitStatus


def wanted(entry: WaitEntry, language: str) -> str:
    """The start or the day that somebody waits for, in words."""
    zone = entry.location.zone
    if entry.starts_at:
        spoken = when.spoken(entry.starts_at, zone, language)
        return f"{spoken.date}, {spoken.time}"
    noon = datetime.combine(entry.day, time(12), tzinfo=zone)
    return _("%(date)s, any time") % {"date": when.spoken(noon, zone, language).date}


def explain(entry: WaitEntry, language: str) -> Explanation:
    """The present state in words for whoever waits; never empty, whatever the state."""
    match entry.status:
        case WaitStatus.WAITING:
            return Explanation(
                Level.WAITING,
                _("You are on the wait list"),
                _("As soon as something is free, whoever has waited longest is offered it by e-mail."),
                f"{_in_line(entry)} {_until(entry, language)}",
            )
        case WaitStatus.OFFERED:
            return Explanation(
                Level.WAITING,
                _("A time is free for you"),
                _("It is held for you and nobody else can book it meanwhile. Nothing is booked yet."),
                _("It is held until %(when)s.") % {"when": _offer_ends(entry, language)},
            )
        case WaitStatus.TAKEN:
            return Explanation(
                Level.GOOD,
                _("You took the time that you were offered"),
                _("You are not on the wait list any more."),
                _("Your booking has a page of its own."),
            )
        case WaitStatus.DECLINED:
            return _over(_("You let the time go"), _("It went to the next in line."))
        case WaitStatus.LEFT:
            return _over(_("You are not on the wait list any more"), _("Nothing will be offered to you."))
    text = _("The offer was not taken in time.") if entry.booking_id else _("Nothing became free in time.")
    return _over(_("Your place on the wait list is over"), text)


def _over(headline: str, text: str) -> Explanation:
    return Explanation(
        Level.OVER, headline, text, _("You can book another time, or join the wait list again.")
    )


def _in_line(entry: WaitEntry) -> str:
    """How many could be offered it before; those who wait for another time of that day are not counted."""
    before = WaitEntry.objects.in_line(entry.service_id, entry.day).filter(pk__lt=entry.pk)
    count = sum(1 for start in before.values_list("starts_at", flat=True) if _competes(entry, start))
    if not count:
        return _("You are the first in line.")
    return ngettext(
        "%(count)d person is in line before you.", "%(count)d people are in line before you.", count
    ) % {"count": count}


def _competes(entry: WaitEntry, start: datetime | None) -> bool:
    return start is None or entry.starts_at in (None, start)


def _until(entry: WaitEntry, language: str) -> str:
    spoken = when.spoken(entry.until, entry.location.zone, language)
    return _("Without an offer your place ends by itself at %(when)s.") % {
        "when": f"{spoken.date}, {spoken.time}"
    }


def _offer_ends(entry: WaitEntry, language: str) -> str:
    assert entry.booking is not None
    spoken = when.spoken(entry.booking.stale_after or entry.until, entry.location.zone, language)
    return f"{spoken.date}, {spoken.time}"
