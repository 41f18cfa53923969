"""What happened to records, and what staff wrote down about them, as rows that name each record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, CharField, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf

from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.exporting.sheets import Sheet
from bookings.waitlist.entry import WaitEntry
from notifications.models import Delivery
from operations import reach
from operations.reach import User

KEY = Coalesce(NullIf("email", Value("")), "phone", output_field=CharField())
CALLED: dict[type[Model], tuple[str, Any, Any, Any]] = {  # what it is, its name, its place, its clock
    Booking: ("booking", "reference", "location__slug", "time_zone"),
    Enquiry: ("enquiry", "reference", "location__slug", "location__time_zone"),
    WaitEntry: ("wait_list", "reference", "location__slug", "location__time_zone"),
    Delivery: ("message", Cast("uid", CharField()), "location", Value("UTC")),
    Customer: ("customer", KEY, Value(""), Value("UTC")),
}


@dataclass(frozen=True)
class AboutSheet(Sheet):
    """Rows about records of several kinds, each kept by the model and the number of its subject."""

    subjects: tuple[type[Model], ...] = ()

    def everything(self) -> QuerySet[Any]:
        """Every row about one of the subjects."""
        labels = [model._meta.label_lower for model in self.subjects]
        return self.model._default_manager.filter(subject_model__in=labels)

    def within(self, user: User) -> QuerySet[Any]:
        """Those about a record within this person's reach."""
        if not reach.is_limited(user):
            return self.everything()
        met = Q(pk__in=())
        for model in self.subjects:
            own = reach.within(user, model._default_manager.all()).values("pk")
            met |= Q(subject_model=model._meta.label_lower, subject_id__in=own)
        return self.everything().filter(met)

    def is_for(self, user: User) -> bool:
        """Whether some of the subjects can be within this person's reach."""
        return any(reach.may_meet(user, model) for model in self.subjects)


def kind() -> Combinable:
    """What the subject is."""
    return _of_each(lambda model: Value(CALLED[model][0]))


def name() -> Combinable:
    """What the subject is called in its own file: a reference, an address or number, the id of a message."""
    return _of_each(lambda model: _looked_up(model, CALLED[model][1]))


def location() -> Combinable:
    """The slug of the subject's location."""
    return _of_each(lambda model: _looked_up(model, CALLED[model][2]))


def zone() -> Combinable:
    """The time zone in which the subject's times are told."""
    return Coalesce(_of_each(lambda model: _looked_up(model, CALLED[model][3])), Value("UTC"))


def staff() -> Combinable:
    """The name under which whoever acted signs in."""
    users = get_user_model()._default_manager.filter(pk=OuterRef("user_id"))
    return Subquery(users.values("username"), output_field=CharField())


def _looked_up(model: type[Model], column: Any) -> Combinable:
    found = model._default_manager.filter(pk=OuterRef("subject_id")).annotate(_told=_as_told(column))
    return Subquery(found.values("_told"), output_field=CharField())


def _as_told(column: Any) -> Any:
    return Cast(column, CharField()) if isinstance(column, str) else column


def _of_each(told: Callable[[type[Model]], Combinable]) -> Combinable:
    whens = [When(subject_model=model._meta.label_lower, then=told(model)) for model in CALLED]
    return Case(*whens, default=Value(""), output_field=CharField())
