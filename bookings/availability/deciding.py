"""The page between a change and its saving: the bookings it leaves outside, and what to do with each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import attending
from bookings.attending import Hand
from bookings.availability.entering import framed
from bookings.availability.saving import By
from bookings.outside import Hit
from bookings.places import Location
from operations import intents
from operations.errors import HoldfastError

SCOPE, AWAY = "desk:hours", "desk:away"
MOST_SHOWN = 200
REASON_LENGTH = 500
OURS = ("csrfmiddlewaretoken", "request_id", "seen", "reason_to_cancel", "_decided")


@dataclass(frozen=True)
class Decision:
    """What the form says about the bookings it showed: their versions, and which are cancelled and why."""

    seen: dict[int, int]
    cancelled: frozenset[int]
    reason: str

    @property
    def lacks_a_reason(self) -> bool:
        return bool(self.cancelled) and not self.reason


def read(request: HttpRequest) -> Decision:
    """What was decided; nothing, before the page was shown. Without a reason to cancel nobody has decided."""
    pairs = [mark.partition("-") for mark in request.POST.getlist("seen")]
    seen = {int(pk): int(version) for pk, _dash, version in pairs if _number(pk) and _number(version)}
    cancelled = {pk for pk in seen if request.POST.get(f"fate-{pk}") == "cancel"}
    reason = request.POST.get("reason_to_cancel", "").replace("\x00", "").strip()[:REASON_LENGTH]
    may_cancel = request.user.has_perm(attending.CANCEL)
    return Decision(seen, frozenset(cancelled if may_cancel else ()), reason)


def by(request: HttpRequest, scope: str = SCOPE) -> By:
    """Who saves; raises RequestRefused for a form that is not ours."""
    assert request.user.pk is not None
    number, decision = intents.read(request.POST.get("request_id", ""), scope), read(request)
    return By(number, request.user.pk, frozenset() if decision.lacks_a_reason else frozenset(decision.seen))


def page(
    request: HttpRequest, location: Location, hits: list[Hit], *, title: str, notes: Sequence[str] = ()
) -> HttpResponse:
    """409 with the bookings; what was typed goes along and is saved when the page is answered."""
    decision = read(request)
    problem = ""
    if decision.lacks_a_reason:
        problem = _("Please say why: the customers are told the reason.")
    elif decision.seen:
        problem = _("Since you saw this page other bookings came. Nothing is saved yet.")
    context = {
        "title": title,
        "location": location,
        "hits": hits[:MOST_SHOWN],
        "unlisted": hits[MOST_SHOWN:],
        "typed": [
            (name, value)
            for name in request.POST
            if name not in OURS and not name.startswith("fate-")
            for value in request.POST.getlist(name)
        ],
        "may_cancel": request.user.has_perm(attending.CANCEL),
        "may_move": request.user.has_perm(attending.MOVE),
        "cancelled": decision.cancelled,
        "reason": decision.reason,
        "reason_length": REASON_LENGTH,
        "problem": problem,
        "notes": notes,
        "request_id": request.POST.get("request_id") or intents.issue(),
    }
    return framed(request, "availability/hits.html", context, 422 if decision.lacks_a_reason else 409)


def follow(request: HttpRequest, hits: Iterable[Hit]) -> None:
    """After saving: cancel those that are to be cancelled, each on its own, and say what stays."""
    decision, left, done = read(request), 0, 0
    for hit in hits:
        if hit.booking.pk not in decision.cancelled:
            left += 1
        elif _cancel(request, hit, decision):
            done += 1
    messages.success(request, " ".join([_("Saved."), *_counted(left, done)]))


def _counted(left: int, done: int) -> Iterable[str]:
    if done:
        text = ngettext("%(n)s booking is cancelled.", "%(n)s bookings are cancelled.", done)
        yield text % {"n": done}
    if left:
        text = ngettext(
            "%(n)s booking stays as it is, outside the hours.",
            "%(n)s bookings stay as they are, outside the hours.",
            left,
        )
        yield text % {"n": left}


def _cancel(request: HttpRequest, hit: Hit, decision: Decision) -> bool:
    """The same cancellation as in the calendar; a booking that changed meanwhile is left and named."""
    assert request.user.pk is not None
    pk = hit.booking.pk
    number = intents.read(request.POST.get("request_id", ""), attending.CANCELLING.scope)
    own = intents.Request(number.scope, uuid.uuid5(number.key, str(pk)))
    hand = Hand(request=own, version=decision.seen[pk], user_id=request.user.pk, reason=decision.reason)
    try:
        attending.do(attending.CANCELLING, pk, hand, tells=True)
    except HoldfastError as refusal:
        said: dict[str, Any] = {"reference": hit.booking.reference, "why": refusal}
        messages.warning(request, _("%(reference)s was not cancelled: %(why)s") % said)
        return False
    return True


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
