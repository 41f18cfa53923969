"""Customers as staff look at them: search, bookings, notes, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import customer_page, customers, erasure, name_words
from bookings.booking import Booking
from bookings.customer import Customer
from bookings.phone_search import PHONE_KEYS
from operations import reach
from operations.console import SearchKey
from operations.people import notes
from operations.switchboard import SwitchedAdmin
from operations.switches import Done, Switch, register
from operations.workflow import Operation

VIEW = "bookings.view_customer"


def _mark(customer: Customer) -> str:
    return str(customer.presses)


def _pressed(customer: Customer, *fields: str) -> Done:
    customer.presses += 1
    customer.save(update_fields=[*fields, "presses"])
    return Done(customer)


def _note(customer: Customer, operation: Operation, answers: Mapping[str, Any]) -> Done:
    assert operation.user_id is not None
    notes.write(customer, operation.user_id, answers["note"])
    return _pressed(customer)


def _block(customer: Customer, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    customer.blocked_at, customer.blocked_reason = timezone.now(), operation.reason
    return _pressed(customer, "blocked_at", "blocked_reason")


def _unblock(customer: Customer, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
    """For every address of the person: a block that was merged in would hold on unseen."""
    customer.blocked_at, customer.blocked_reason = None, ""
    same = [each.pk for each in customers.family(customer)]
    Customer.objects.filter(pk__in=same).update(blocked_at=None, blocked_reason="")
    return _pressed(customer, "blocked_at", "blocked_reason")


def _merge(customer: Customer, _operation: Operation, answers: Mapping[str, Any]) -> Done:
    customers.merge(customer, answers["other"])
    return _pressed(customer)


def _part(customer: Customer, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
    customer.merged_into = None
    return _pressed(customer, "merged_into")


def _erase(customer: Customer, operation: Operation, _answers: Mapping[str, Any]) -> Done:
    customer.erase_asked_at = timezone.now()
    done = _pressed(customer, "erase_asked_at")
    erasure.go_on(customer, operation)
    return done


def _gone(customer: Customer) -> str:
    if customer.forgotten_at:
        return _("They are forgotten.")
    return _("This is under way: they asked to be forgotten.") if customer.erase_asked_at else ""


def _cannot_block(customer: Customer) -> str:
    if customer.merged_into_id:
        return _("Block the customer that they belong to.")
    return _gone(customer) or (_("They are blocked already.") if customer.blocked_at else "")


def _cannot_take_in(customer: Customer) -> str:
    return _gone(customer) or (_("They belong to another customer.") if customer.merged_into_id else "")


register(
    Switch(
        code="note",
        model=Customer,
        title=gettext_lazy("Write a note"),
        says=gettext_lazy("For colleagues at all locations. The customer does not see it."),
        done=gettext_lazy("The note is kept."),
        permission="operations.recover",
        apply=_note,
        mark=_mark,
        refuses=_gone,
        asks={"note": gettext_lazy("Note")},
        needs_reason=False,
    ),
    Switch(
        code="block",
        model=Customer,
        title=gettext_lazy("Block"),
        says=gettext_lazy(
            "From now on each booking they make waits for your answer, at every location. Nothing is refused "
            "by itself, and bookings that stand stay."
        ),
        done=gettext_lazy("They are blocked: their next bookings wait for your answer."),
        permission="bookings.attend_block",
        apply=_block,
        mark=_mark,
        refuses=_cannot_block,
        is_weighty=True,
    ),
    Switch(
        code="unblock",
        model=Customer,
        title=gettext_lazy("Lift the block"),
        says=gettext_lazy("Their bookings are accepted like everybody's again."),
        done=gettext_lazy("The block is lifted."),
        permission="bookings.attend_block",
        apply=_unblock,
        mark=_mark,
        refuses=lambda customer: "" if customers.has_block(customer) else _("They are not blocked."),
    ),
    Switch(
        code="merge",
        model=Customer,
        title=gettext_lazy("Merge another one into this"),
        says=gettext_lazy("Their bookings stand here then, with their history. Their own page can undo it."),
        done=gettext_lazy("They are one customer now."),
        permission="bookings.merge_customer",
        apply=_merge,
        mark=_mark,
        refuses=_cannot_take_in,
        asks={"other": gettext_lazy("The other one's whole e-mail address or phone number")},
        is_weighty=True,
    ),
    Switch(
        code="part",
        model=Customer,
        title=gettext_lazy("Part them again"),
        says=gettext_lazy("They are a customer of their own again, with the bookings under their address."),
        done=gettext_lazy("They are parted."),
        permission="bookings.merge_customer",
        apply=_part,
        mark=_mark,
        refuses=lambda customer: "" if customer.merged_into_id else _("They belong to nobody else."),
    ),
    Switch(
        code="erase",
        model=Customer,
        title=gettext_lazy("Erase"),
        says=gettext_lazy(
            "Takes them out of everything that is over, now. Bookings to come and open matters stay until "
            "they are over and go then by themselves. This cannot be undone."
        ),
        done=gettext_lazy("What is over is erased; the rest follows by itself."),
        permission="bookings.erase_customer",
        apply=_erase,
        mark=_mark,
        refuses=erasure.why_not,
        is_weighty=True,
    ),
)


class CustomerAdmin(SwitchedAdmin):
    """Whoever is limited to some locations sees who booked there, with those bookings; no more."""

    record_template = "desk/customer.html"
    list_display = ("__str__", "email", "phone", "bookings_count", "last_visit", "state")
    ordering = ("-last_booking_id", "-id")
    search_keys = (
        SearchKey("email", lambda term: term.lower() if " " not in term else ""),
        *PHONE_KEYS,
        SearchKey(name_words.words_of("name"), name_words.as_words, asked=name_words.asked),
    )
    search_help_text = gettext_lazy(
        "The beginning of an e-mail address or a name, or how a phone number begins or ends."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Everybody, or who has a booking at a location of this person's."""
        named = Customer.objects.filter(forgotten_at__isnull=True).order_by(*self.ordering)
        everybody = customer_page.with_visits(named)
        places = reach.places_of(request.user)
        if places is None:
            return everybody
        there = Booking.objects.alias(address=Lower("email")).filter(location__slug__in=places)
        by_address = there.exclude(email="").filter(address=OuterRef("email"))
        by_phone = there.filter(email="", phone_key=OuterRef("phone_key")).exclude(phone_key="")
        return everybody.filter(Q(Exists(by_address)) | Q(Exists(by_phone)))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """A customer belongs to no location: which ones somebody meets is asked of the bookings."""
        return bool(request.user.has_perm(VIEW))

    def shown(self, record: Customer) -> dict[str, Any]:
        """What customer_page.py says; whoever is limited to some locations gets no history."""
        told = customer_page.told(record)
        return told if told["sees_all"] else told | {"timeline": []}

    @admin.display(description=gettext_lazy("bookings"))
    def bookings_count(self, customer: Customer) -> int:
        """Within reach, whatever became of them."""
        return int(getattr(customer, "bookings_count", 0))

    @admin.display(description=gettext_lazy("last visit"))
    def last_visit(self, customer: Customer) -> str:
        """The day on which they last came, by the clock of the place."""
        wall_time = getattr(customer, "last_visit", None)
        return date_format(date.fromisoformat(wall_time[:10])) if wall_time else "—"

    def state(self, customer: Customer) -> str:
        """What to know before all else."""
        if customer.merged_into_id:
            return _("merged")
        if customer.erase_asked_at:
            return _("asked to be forgotten")
        return _("blocked") if customer.blocked_at else ""
