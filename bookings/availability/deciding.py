"""The page between a change and its saving: the bookings it leaves outside, and what to do with each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import attending
from bookings.attending import Act, Hand
from bookings.availability.entering import framed
from bookings.availability.saving import By
from bookings.forms import parse_start
from bookings.outside import Hit
from bookings.places import Location
from bookings.resources import Resource
from operations import intents
from operations.errors import HoldfastError

SCOPE, AWAY = "desk:hours", "desk:away"
MOST_SHOWN = 200
REASON_LENGTH = 500
MOVE = "move "
LEAVE, CANCEL, OTHER, AS_ALL = "leave", "cancel", "other", "all"
OURS = ("csrfmiddlewaretoken", "request_id", "seen", "reason_to_cancel", "_decided", "fate_of_all")
PREFIXES = ("fate-", "other-")


@dataclass(frozen=True)
class Decision:
    """What the form says about the bookings it showed: their versions, and which are cancelled and why."""

    seen: dict[int, int]
    cancelled: frozenset[int]
    reason: str
    moved: Mapping[int, str]
    """Those that are moved, and where to, as `Way.value` says it."""

    @property
    def lacks_a_reason(self) -> bool:
        return bool(self.cancelled) and not self.reason


def read(request: HttpRequest) -> Decision:
    """What was decided; nothing, before the page was shown. Without a reason to cancel nobody has decided."""
    pairs = [mark.partition("-") for mark in request.POST.getlist("seen")]
    seen = {int(pk): int(version) for pk, _dash, version in pairs if _number(pk) and _number(version)}
    fates = {pk: _fate(request, pk) for pk in seen}
    cancelled = {pk for pk, fate in fates.items() if fate == CANCEL}
    moved = {pk: fate.removeprefix(MOVE) for pk, fate in fates.items() if fate.startswith(MOVE)}
    reason = request.POST.get("reason_to_cancel", "").replace("\x00", "").strip()[:REASON_LENGTH]
    may_cancel, may_move = (request.user.has_perm(each) for each in (attending.CANCEL, attending.MOVE))
    return Decision(seen, frozenset(cancelled if may_cancel else ()), reason, moved if may_move else {})


def _fate(request: HttpRequest, pk: int) -> str:
    """What becomes of one booking: what was chosen for it, or for all of them."""
    chosen = request.POST.get(f"fate-{pk}", LEAVE)
    if chosen == AS_ALL:
        chosen = request.POST.get("fate_of_all", LEAVE)
    if chosen == OTHER:
        way = request.POST.get(f"other-{pk}", "")
        return f"{MOVE}{way}" if way else LEAVE
    return chosen


def by(request: HttpRequest, scope: str = SCOPE) -> By:
    """Who saves; raises RequestRefused for a form that is not ours."""
    assert request.user.pk is not None
    number = intents.read(request.POST.get("request_id", ""), scope)
    return By(number, request.user.pk, agreed(request))


def agreed(request: HttpRequest) -> frozenset[int]:
    """The bookings that were decided on; none while the reason to cancel or the form's number is lacking."""
    decision = read(request)
    return frozenset(() if decision.lacks_a_reason or _lost(request) else decision.seen)


def _lost(request: HttpRequest) -> str:
    """What is wrong with the number of the form, or ""."""
    try:
        intents.read(request.POST.get("request_id", ""), SCOPE)
    except intents.RequestRefused as refusal:
        return str(refusal)
    return ""


def page(
    request: HttpRequest, location: Location, hits: list[Hit], *, title: str, notes: Sequence[str] = ()
) -> HttpResponse:
    """409 with the bookings; what was typed goes along and is saved when the page is answered."""
    decision = read(request)
    problem = ""
    if decision.lacks_a_reason:
        problem = _("Please say why: the customers are told the reason.")
    elif decision.seen:
        problem = _lost(request) or _("Since you saw this page other bookings came. Nothing is saved yet.")
    context = {
        "title": title,
        "location": location,
        "hits": hits[:MOST_SHOWN],
        "unlisted": hits[MOST_SHOWN:],
        "typed": [
            (name, value)
            for name in request.POST
            if name not in OURS and not name.startswith(PREFIXES)
            for value in request.POST.getlist(name)
        ],
        "may_cancel": request.user.has_perm(attending.CANCEL),
        "may_move": request.user.has_perm(attending.MOVE),
        "fates": _chosen(request, hits[:MOST_SHOWN]),
        "fate_of_all": request.POST.get("fate_of_all", LEAVE),
        "stand_ins": sum(1 for hit in hits[:MOST_SHOWN] if hit.stand_in),
        "reason": decision.reason,
        "reason_length": REASON_LENGTH,
        "problem": problem,
        "notes": notes,
        "request_id": intents.issue() if _lost(request) else request.POST["request_id"],
    }
    return framed(request, "availability/hits.html", context, 422 if decision.lacks_a_reason else 409)


def _chosen(request: HttpRequest, hits: list[Hit]) -> dict[int, str]:
    """What was chosen for each before, as far as it is offered again; as for all, where there are several."""
    found = {}
    for hit in hits:
        offered = {LEAVE, CANCEL, AS_ALL, *(f"{MOVE}{way.value}" for way in hit.ways)}
        before = request.POST.get(f"fate-{hit.booking.pk}", "")
        found[hit.booking.pk] = before if before in offered else AS_ALL if len(hits) > 1 else LEAVE
    return found


def follow(request: HttpRequest, hits: Iterable[Hit]) -> None:
    """After saving: cancel and move as it was decided, each on its own, and say what stays."""
    decision, left, cancelled, moved = read(request), 0, 0, 0
    for hit in hits:
        if hit.booking.pk in decision.cancelled:
            cancelled += _cancel(request, hit, decision)
        elif hit.booking.pk in decision.moved:
            moved += _move(request, hit, decision)
        else:
            left += 1
    messages.success(request, " ".join([_("Saved."), *_counted(left, cancelled, moved)]))


def _counted(left: int, cancelled: int, moved: int) -> Iterable[str]:
    if cancelled:
        text = ngettext("%(n)s booking is cancelled.", "%(n)s bookings are cancelled.", cancelled)
        yield text % {"n": cancelled}
    if moved:
        text = ngettext("%(n)s booking is moved.", "%(n)s bookings are moved.", moved)
        yield text % {"n": moved}
    if left:
        text = ngettext(
            "%(n)s booking stays as it is, outside the hours.",
            "%(n)s bookings stay as they are, outside the hours.",
            left,
        )
        yield text % {"n": left}


def _cancel(request: HttpRequest, hit: Hit, decision: Decision) -> bool:
    """The same cancellation as in the calendar; a booking that changed meanwhile is left and named."""
    try:
        hand = _hand(request, hit, attending.CANCELLING, decision, decision.reason)
        attending.do(attending.CANCELLING, hit.booking.pk, hand, tells=True)
    except HoldfastError as refusal:
        said: dict[str, Any] = {"reference": hit.booking.reference, "why": refusal}
        messages.warning(request, _("%(reference)s was not cancelled: %(why)s") % said)
        return False
    return True


def _move(request: HttpRequest, hit: Hit, decision: Decision) -> bool:
    """The same move as in the calendar, and the customer is told; what cannot be is left and named."""
    start, _space, slug = decision.moved[hit.booking.pk].partition(" ")
    try:
        hand = _hand(request, hit, attending.MOVING, decision)
        wanted = {"start": parse_start(start), "resource": _whom(hit, slug)}
        attending.do(attending.MOVING, hit.booking.pk, hand, **wanted)
    except (HoldfastError, ValueError) as refusal:
        why = refusal if isinstance(refusal, HoldfastError) else _("We did not understand the time.")
        said: dict[str, Any] = {"reference": hit.booking.reference, "why": why}
        messages.warning(request, _("%(reference)s was not moved: %(why)s") % said)
        return False
    return True


def _whom(hit: Hit, slug: str) -> Resource | None:
    """Found in memory: what was sent may be nothing that a database could look for."""
    people = hit.booking.location.resources.filter(is_active=True) if slug else ()
    return next((each for each in people if each.slug == slug), None)


def _hand(request: HttpRequest, hit: Hit, act: Act, decision: Decision, reason: str = "") -> Hand:
    """Whoever saves, for one booking, from the version that was shown."""
    assert request.user.pk is not None
    number = intents.read(request.POST.get("request_id", ""), act.scope)
    own = intents.Request(number.scope, uuid.uuid5(number.key, str(hit.booking.pk)))
    version = decision.seen[hit.booking.pk]
    return Hand(request=own, version=version, user_id=request.user.pk, reason=reason)


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
