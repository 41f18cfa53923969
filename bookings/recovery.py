"""Every way in which a booking or an enquiry can need attention, in words for both sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, DurationField, ExpressionWrapper, F, Func, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings import explanations, introductions, merging, outside, processing, remedies, when
from bookings.booking import Booking, BookingQuerySet, Status, Waiting
from bookings.correspondence import Enquiry, EnquiryStatus, Message
from bookings.customer import Customer
from bookings.waitlist import conditions
from bookings.waitlist.entry import WaitEntry
from notifications.models import Delivery
from operations import incidents
from operations.effects import EffectStatus
from operations.recovery import Condition, Urgency, after, introduce, register

incidents.call({processing.TOPIC: _("Processing of bookings")})
FIGURES = settings.HOLDFAST
UNTOLD = [EffectStatus.DEAD, EffectStatus.UNKNOWN, EffectStatus.BOUNCED, EffectStatus.HELD]


def _customer_text(booking: Booking) -> str:
    told = explanations.explain(booking)
    return f"{told.headline}. {told.text} {told.next_step}"


def _bookings() -> BookingQuerySet:
    return Booking.objects.select_related("location", "service", "resource")


def _reference(booking: Any) -> str:
    return str(booking.reference)


def _moment(booking: Booking, moment: Any) -> str:
    spoken = when.spoken(moment, booking.location.zone, when.of_reader())
    return f"{spoken.date}, {spoken.time}"


def _called_off() -> QuerySet[Booking]:
    return _bookings().filter(
        status=Status.CANCELLED,
        cancelled_by="staff",
        revision__gt=0,  # of what was never sent nobody has to be told
        merged_into__isnull=True,
        acknowledged_at__isnull=True,
        starts_at__gt=timezone.now(),
    )


def _completed_untold() -> QuerySet[Booking]:
    """Found from the few messages that are open, not from the many bookings that are over.

    The array makes the database begin there whatever it expects; messages about appointments to come are
    no part of it.
    """
    now = timezone.now()
    recent, is_over = now - timedelta(days=90), Q(delivery__harm_at__lte=now) | Q(delivery__harm_at=None)
    untold = Message.objects.filter(
        is_over, booking__isnull=False, delivery__status__in=UNTOLD, delivery__is_for_staff=False
    )
    is_one_of_them = Func(
        F("pk"),
        ArraySubquery(untold.values("booking_id")),
        template="(%(expressions)s))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
    return _bookings().filter(
        is_one_of_them, status=Status.COMPLETED, acknowledged_at__isnull=True, starts_at__gt=recent
    )


def _explain_late(booking: Booking) -> str:
    submitted = {"when": _moment(booking, booking.created_at)}
    text = (
        _("It came on %(when)s and no worker has processed it. Its time is held, nothing is lost.")
        % submitted
    )
    if booking.attempts:
        tried = ngettext(
            "Trying it failed %(count)s time.", "Trying it failed %(count)s times.", booking.attempts
        )
        text += " " + tried % {"count": booking.attempts}
    return text


def _explain_failed(booking: Booking) -> str:
    text = _("It failed (%(why)s). Its time is free for others.") % {
        "why": booking.get_failure_code_display()
    }
    return f"{text} {booking.failure_text}".strip()


def _explain_awaiting(booking: Booking) -> str:
    return _("It waits for %(whom)s until %(when)s. The time is held meanwhile.") % {
        "whom": Waiting(booking.waiting_for).label,
        "when": _moment(booking, booking.answer_until),
    }


def _ends_unanswered(booking: Booking) -> str:
    return _("Without an answer it ends on %(when)s; the time is released then and the customer is told.") % {
        "when": _moment(booking, booking.answer_until)
    }


def _explain_called_off(booking: Booking) -> str:
    return _(
        "Staff cancelled it (reason: %(reason)s). Make sure that the customer knows before %(when)s."
    ) % {
        "reason": booking.cancel_reason or _("none given"),
        "when": _moment(booking, booking.starts_at),
    }


def _explain_duplicate(booking: Booking) -> str:
    earlier = ", ".join(other.reference for other in merging.others(booking))
    return _("It asks for the same as %(other)s, minutes later; the customer said that both are meant.") % {
        "other": earlier
    }


def _explain_outside(booking: Booking) -> str:
    return _("%(why)s It was booked before that and stays valid until somebody moves or cancels it.") % {
        "why": outside.why(booking)
    }


# Unanswered, it ends at the promised time by itself: a person is needed when half of it is over. It counts
# from when a worker was to ask, which is when it was sent, or sent again: the customer waits since then.
HALF_WAY = F("next_at") + ExpressionWrapper(
    (F("answer_until") - F("next_at")) * 0.5, output_field=DurationField()
)

introduce(Booking, introductions.BOOKING)
introduce(Customer, introductions.CUSTOMER)
introduce(Enquiry, introductions.ENQUIRY)
introduce(Delivery, introductions.DELIVERY)
introduce(WaitEntry, conditions.WAIT_ENTRY)
register(
    Condition(
        code="bookings.late",
        title=_("Submitted but not processed"),
        model=Booking,
        records=lambda: _bookings().late(),
        explanation=_explain_late,
        customer_text=_customer_text,
        by_itself=_("A worker is woken every minute until it is processed."),
        remedies=(remedies.PROCESS, remedies.CANCEL),
        covers=frozenset({Status.SUBMITTED}),
        harm_at="starts_at",
        since_at="created_at",
        since=lambda booking: booking.created_at,
        booking=_reference,
        needs_person_at=after(
            "stale_after", FIGURES.processing_needs_person_seconds - FIGURES.processing_late_seconds
        ),
    ),
    Condition(
        code="bookings.failed",
        title=_("Failed, can be tried again"),
        model=Booking,
        records=lambda: _bookings().failed(),
        explanation=_explain_failed,
        customer_text=_customer_text,
        by_itself=_("Nothing: the customer or you decide."),
        remedies=(remedies.RETRY, remedies.CANCEL),
        covers=frozenset({Status.FAILED}),
        harm_at="starts_at",
        booking=_reference,
        needs_person_at=after("updated_at", FIGURES.dead_needs_person_seconds, harm_at="starts_at"),
    ),
    Condition(
        code="bookings.awaiting_staff",
        title=_("Request waiting for staff"),
        model=Booking,
        records=lambda: _bookings().awaiting_staff(),
        explanation=_explain_awaiting,
        customer_text=_customer_text,
        by_itself=_ends_unanswered,
        remedies=(remedies.ACCEPT, remedies.DECLINE, remedies.EXPIRE),
        covers=frozenset({Status.SUBMITTED}),
        harm_at="answer_until",
        since_at="created_at",
        since=lambda booking: booking.created_at,
        booking=_reference,
        needs_person_at=HALF_WAY,
    ),
    Condition(
        code="bookings.awaiting_confirmation",
        title=_("Waiting for a payment or a partner"),
        model=Booking,
        records=lambda: _bookings().awaiting_confirmation(),
        explanation=_explain_awaiting,
        customer_text=_customer_text,
        by_itself=_ends_unanswered,
        remedies=(remedies.CONFIRM, remedies.NOT_PAID, remedies.EXPIRE),
        covers=frozenset({Status.SUBMITTED}),
        harm_at="answer_until",
        since_at="created_at",
        since=lambda booking: booking.created_at,
        booking=_reference,
        needs_person_at=after("answer_until", FIGURES.confirmation_grace_seconds),
    ),
    Condition(
        code="bookings.cancelled_by_staff",
        title=_("Cancelled by staff, still to come"),
        model=Booking,
        records=_called_off,
        explanation=_explain_called_off,
        customer_text=_customer_text,
        by_itself=_("It leaves this list when its time has come."),
        remedies=(remedies.ACKNOWLEDGE,),
        urgency=Urgency.INFORMATION,
        harm_at="starts_at",
        booking=_reference,
    ),
    Condition(
        code="bookings.completed_untold",
        title=_("Completed, but a message never arrived"),
        model=Booking,
        records=_completed_untold,
        explanation=_("It took place, but a message to the customer is not known to have arrived."),
        customer_text=_customer_text,
        by_itself=_("Nothing: settle it when you know, or follow the message's own remedies."),
        remedies=(remedies.ACKNOWLEDGE,),
        urgency=Urgency.INFORMATION,
        harm_at="starts_at",
        booking=_reference,
    ),
    Condition(
        code="bookings.possible_duplicate",
        title=_("Possibly booked twice"),
        model=Booking,
        records=lambda: _bookings().doubled().filter(starts_at__gt=timezone.now()),
        explanation=_explain_duplicate,
        customer_text=_customer_text,
        by_itself=_("Nothing: both bookings stand."),
        remedies=(remedies.MERGE, remedies.KEEP_BOTH, remedies.CANCEL_DUPLICATE),
        urgency=Urgency.INFORMATION,
        harm_at="starts_at",
        booking=_reference,
    ),
    Condition(
        code="bookings.outside_hours",
        title=_("Outside the hours"),
        model=Booking,
        records=lambda: outside.listed().select_related("location", "service", "resource", "left_outside"),
        explanation=_explain_outside,
        customer_text=_customer_text,
        by_itself=_(
            "It leaves this list when it is moved, cancelled or over, or when the hours hold it again."
        ),
        remedies=(remedies.STAY_OUTSIDE, remedies.CANCEL),
        urgency=Urgency.INFORMATION,
        harm_at="starts_at",
        booking=_reference,
    ),
    Condition(
        code="bookings.unfinished",
        title=_("Begun and not finished"),
        model=Booking,
        records=lambda: _bookings().drafts_run_out(),
        explanation=_("Somebody began this booking and did not finish it in time; nothing was promised."),
        customer_text=_customer_text,
        by_itself=_("The time is released within a minute."),
        remedies=(remedies.RELEASE,),
        covers=frozenset({Status.DRAFT}),
        urgency=Urgency.BY_ITSELF,
        harm_at="starts_at",
        booking=_reference,
    ),
    Condition(
        code="bookings.not_closed",
        title=_("Over and not closed"),
        model=Booking,
        records=lambda: _bookings().not_completed(),
        explanation=_("The appointment is over and nobody has said how it went."),
        customer_text=_customer_text,
        by_itself=_("It is closed as completed within a minute."),
        remedies=(remedies.COMPLETE, remedies.NO_SHOW),
        covers=frozenset({Status.ACCEPTED, Status.IN_PROGRESS}),
        urgency=Urgency.BY_ITSELF,
        harm_at="starts_at",
        booking=_reference,
    ),
    Condition(
        code="bookings.enquiry_open",
        title=_("Enquiry waiting for an answer"),
        model=Enquiry,
        records=lambda: Enquiry.objects.filter(status=EnquiryStatus.OPEN).select_related("location"),
        explanation=_("Somebody wrote through the contact form and waits for an answer."),
        customer_text=_("Your message has been received. We usually answer within a day."),
        by_itself=_("Nothing: a person has to answer."),
        remedies=(remedies.ANSWER, remedies.CLOSE),
        covers=frozenset({EnquiryStatus.OPEN}),
        harm_at="stale_after",
        since_at="created_at",
        since=lambda enquiry: enquiry.created_at,
        booking=_reference,
        needs_person_at=F("stale_after"),
    ),
)
register(*conditions.CONDITIONS)
