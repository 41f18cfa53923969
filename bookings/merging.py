"""Makes one booking of two that one person made for the same time: nothing they told us is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import merged, messages, questions, rehearsal
from bookings.booking import OPEN, Booking, Status
from bookings.offerings import Approval
from operations import workflow
from operations.errors import Refusal
from operations.recovery import Comparison
from operations.workflow import Operation

# What was promised stays before what was only asked for; of two that are equally far, the earlier one.
FURTHEST_FIRST = (Status.IN_PROGRESS, Status.ACCEPTED, Status.SUBMITTED)


@dataclass(frozen=True)
class Pair:
    """The booking that stays, and the one that goes into it."""

    stays: Booking
    goes: Booking


def others(booking: Booking) -> list[Booking]:
    """The booking that this one may be the same as: the earlier one, or what that was merged into."""
    found = booking.duplicate_of
    while found and found.merged_into:
        found = found.merged_into
    return [found] if found and found.pk != booking.pk else []


def why_not(booking: Booking) -> str:
    """Why the two cannot become one, for staff; "" when they can."""
    if Status.DRAFT in {each.status for each in (booking, *others(booking))}:
        return _("One of them is not booked yet: its time is held for a while only.")
    found = _pair(booking)
    if found is None:
        return _("The other booking does not stand any more.")
    stays, goes = found.stays, found.goes
    if not merged.same_person(stays, goes):
        return _(
            "They are under different addresses, so they may be of two people. Ask before you cancel one."
        )
    if (stays.service_id, stays.starts_at) != (goes.service_id, goes.starts_at):
        return _("They are not for the same time any more.")
    if stays.people != goes.people:
        return _("They are for different numbers of people. Ask the customer how many will come.")
    if goes.wants_resource and goes.resource_id != stays.resource_id:
        return _("%(other)s asks for %(name)s, and %(stays)s is with %(with)s. Ask the customer.") % {
            "other": goes.reference,
            "name": goes.resource,
            "stays": stays.reference,
            "with": stays.resource or _("nobody in particular"),
        }
    if goes.status == Status.ACCEPTED and goes.service.approval == Approval.PAYMENT:
        return _("Both are paid. Give one payment back and cancel that booking.")
    return "" if goes.status in OPEN else _("Both have begun.")


def merge(booking: Booking, operation: Operation) -> None:
    """Make one of this locked booking and the other one; raises Refusal with why that cannot be."""
    for other in others(booking):
        booking.duplicate_of = workflow.fetch(Booking, pk=other.pk)
    if why := why_not(booking):
        raise Refusal(why)
    found = _pair(booking)
    assert found is not None
    stays, goes = found.stays, found.goes
    workflow.perform(stays, "take_over", operation, merged=goes, taken=_taken(stays, goes))
    workflow.perform(goes, "merge", operation, into=stays)
    messages.supersede_unsent(goes, operation)
    messages.tell(goes, messages.MERGED, operation)


def compare(booking: Booking) -> Comparison | None:
    """What each of the two says, and what the one that stays will say."""
    found = _pair(booking)
    if found is None or why_not(booking):
        return None
    stays, goes = found.stays, found.goes
    then = _said(stays) | _said(stays, _taken(stays, goes))
    mine, theirs = _said(stays), _said(goes)
    labels = [label for label in dict.fromkeys([*mine, *theirs]) if mine.get(label) or theirs.get(label)]
    return Comparison(
        columns=(
            gettext_lazy("%(reference)s stays") % {"reference": stays.reference},
            gettext_lazy("%(reference)s goes into it") % {"reference": goes.reference},
            gettext_lazy("What there is then"),
        ),
        rows=tuple(
            (label, (mine.get(label, ""), theirs.get(label, ""), then.get(label, ""))) for label in labels
        ),
    )


def _pair(booking: Booking) -> Pair | None:
    """The two in the order of what stays; None when one of them does not stand."""
    found = [booking, *others(booking)]
    if len(found) < 2 or any(each.status not in FURTHEST_FIRST for each in found):
        return None
    stays, goes = sorted(found, key=lambda each: (FURTHEST_FIRST.index(Status(each.status)), each.pk))
    return Pair(stays, goes)


def _taken(stays: Booking, goes: Booking) -> dict[str, Any]:
    """What the one that stays takes over, by its fields: only what it lacks, and the notes of both."""
    taken: dict[str, Any] = {}
    if goes.phone and not stays.phone:
        taken["phone"] = goes.phone
    if notes := _both_notes(stays, goes):
        taken["notes"] = notes
    new = {code: kept for code, kept in goes.answers.items() if code not in stays.answers}
    new.pop(rehearsal.MARK, None)
    if new:
        taken["answers"] = stays.answers | new
    if goes.wants_resource and not stays.wants_resource:
        taken["wants_resource"] = True
    if goes.series and not stays.series:
        taken["series"] = goes.series
    return taken


def _both_notes(stays: Booking, goes: Booking) -> str:
    """What the other says differently, its notes, number and answers, under its reference; "" for nothing."""
    other = {code: kept for code, kept in goes.answers.items() if stays.answers.get(code, kept) != kept}
    other.pop(rehearsal.MARK, None)
    lines = [f"{question}: {answer}" for question, answer in questions.spoken(other)]
    if goes.phone and stays.phone and goes.phone_key != stays.phone_key:
        lines.insert(0, goes.phone)
    if goes.notes and goes.notes != stays.notes:
        lines.insert(0, goes.notes)
    if not lines or (not stays.notes and lines == [goes.notes]):
        return "\n".join(lines)
    return "\n".join([*([stays.notes, ""] if stays.notes else []), f"[{goes.reference}]", *lines])


def _said(booking: Booking, taken: dict[str, Any] | None = None) -> dict[str, str]:
    """What the booking says in words, with what it would take over."""
    then = taken or {}
    series = then.get("series", booking.series)
    return {
        _("Status"): str(booking.get_status_display()),
        _("With"): str(booking.resource or ""),
        _("Customer"): booking.name,
        _("E-mail"): booking.email,
        _("Phone"): then.get("phone", booking.phone),
        _("Notes"): then.get("notes", booking.notes),
        _("Series"): series.reference if series else "",
        **dict(questions.spoken(then.get("answers", booking.answers))),
    }
