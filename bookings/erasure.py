"""Erases a customer who asks for it: at once what is over, the rest as soon as nobody needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import customers, forgetting
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.forgetting import Subject
from bookings.waitlist.entry import WaitEntry
from operations import workflow
from operations.retention import Person, Rule, erase
from operations.workflow import Operation

AT_ONCE_COUNT = 50  # bookings in one transaction; the job goes on with the rest


def plan(customer: Customer) -> tuple[list[Subject], list[tuple[Subject, str]]]:
    """What would be forgotten now, and what stays for the time being and why."""
    going: list[Subject] = []
    staying: list[tuple[Subject, str]] = []
    subjects = customers.subjects_of(customer)
    for kind in (Booking, Enquiry, WaitEntry):
        alike = [subject for subject in subjects if isinstance(subject, kind)]
        kept = forgetting.keeps(alike)
        for subject in alike:
            if why := kept.get(subject.pk):
                staying.append((subject, why))
            else:
                going.append(subject)
    return going, staying


def go_on(customer: Customer, operation: Operation) -> None:
    """Forget what can be forgotten now, and the customer's row too once nothing names them any more.

    Under lock, in the caller's transaction; may be repeated until everything is gone.
    """
    going, staying = plan(customer)
    for subject in going[:AT_ONCE_COUNT]:
        locked: Subject = workflow.fetch(type(subject), pk=subject.pk)
        if not forgetting.keeps([locked]):
            forgetting.forget(locked, operation)
    if not staying and len(going) <= AT_ONCE_COUNT and not customers.subjects_of(customer):
        forget_rows(customer)


def forget_rows(customer: Customer, _operation: Operation | None = None) -> None:
    """Take the name and the keys out of the customer's rows; what staff wrote about them goes too."""
    rows = customers.same_person(customer)
    person = Person.of([value for row in rows for value in (row.name, row.email, row.phone, row.phone_key)])
    erase(rows, person, since=min(row.created_at for row in rows))
    Customer.objects.filter(pk__in=[row.pk for row in rows]).update(
        name="",
        email="",
        phone="",
        phone_key="",
        blocked_reason="",
        blocked_at=None,
        forgotten_at=timezone.now(),
    )


def kept(asking: Sequence[Customer]) -> Mapping[int, str]:
    """Those of whom nothing more can go now, with how much is still open."""
    reasons = {}
    for customer in asking:
        going, staying = plan(customer)
        if staying and not going:
            open_count = len(staying)
            reasons[customer.pk] = ngettext(
                "%(count)s matter of theirs is open", "%(count)s matters of theirs are open", open_count
            ) % {"count": open_count}
    return reasons


def asking() -> QuerySet[Customer]:
    """Customers who asked to be forgotten and are not yet."""
    return Customer.objects.to_be_erased().order_by("erase_asked_at", "pk")


def quiet_days() -> int:
    """How many days a customer of whom there is no booking is kept."""
    return min(settings.HOLDFAST.booking_retention_days, settings.HOLDFAST.enquiry_retention_days)


def long_gone() -> QuerySet[Customer]:
    """Customers of whom no booking and no enquiry is left that names them; a block keeps its address.

    Those who were merged go together, once this is true of each of them.
    """
    before = timezone.now() - timedelta(days=quiet_days())
    stays = Q(seen_at__gte=before) | Q(blocked_at__isnull=False) | _is_named()
    others = Customer.objects.filter(stays, merged_into=OuterRef("pk"))
    alone = Customer.objects.filter(forgotten_at__isnull=True, merged_into__isnull=True, seen_at__lt=before)
    return alone.exclude(stays).exclude(Exists(others)).order_by("seen_at", "pk")


def named() -> QuerySet[Customer]:
    """Customers whom a booking, an enquiry or a place on a wait list names, under this very key."""
    return Customer.objects.filter(_is_named())


def _is_named() -> Q:
    found = Q(pk__in=[])
    for model in (Booking, Enquiry, WaitEntry):
        found |= Q(_named_in(model))
    return found


def _named_in(model: type[Booking | Enquiry | WaitEntry]) -> Exists:
    """By address; whoever has none is looked for by number. Nobody waits or asks without an address."""
    named: QuerySet[Any] = model._default_manager.all()
    by_address = named.alias(address=Lower("email")).filter(address=OuterRef("email"))
    if model is not Booking:
        return Exists(by_address.exclude(email="").values("pk"))
    by_phone = named.filter(phone_key=OuterRef("phone_key"), email="").exclude(phone_key="")
    return Exists(by_address.exclude(email="").values("pk")) | Exists(by_phone.values("pk"))  # type: ignore[return-value]


def why_not(customer: Customer) -> str:
    """Why this customer cannot be erased now, or nothing."""
    if customer.forgotten_at:
        return _("They are forgotten already.")
    if customer.erase_asked_at:
        return _("This is under way: what is open goes as soon as it is over.")
    if customer.merged_into_id:
        return _("Erase the customer that they belong to.")
    if customers.has_block(customer):
        return _("A block needs the address. Lift it first.")
    return ""


RULES = (
    Rule(
        code="erasures",
        title="Erase customers who asked for it",
        says=gettext_lazy("Everything that names them, in bookings that are over and in their own row."),
        stays=gettext_lazy("Bookings to come and open matters, until they are over; then they go as well."),
        model=Customer,
        due=asking,
        forget=go_on,
        since_at="erase_asked_at",
        keeps=kept,
    ),
    Rule(
        code="customers",
        title="Forget customers of whom no booking is left",
        says=gettext_lazy("Name, e-mail address or phone, and the notes about them."),
        stays=gettext_lazy("Customers who are blocked: a block needs the address."),
        model=Customer,
        due=long_gone,
        forget=forget_rows,
        since_at="seen_at",
    ),
)
