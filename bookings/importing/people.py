"""Takes customers over whom another program knew, before they book here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bookings import customers, phones
from bookings.customer import Customer
from bookings.importing import checking
from bookings.importing.checking import Unusable
from bookings.importing.formats import Row
from bookings.importing.planning import BOOK, REFUSED, THERE, Verdict
from operations.people import notes
from operations.transactions import use_case

ONE_EACH = ("bookings_one_customer_per_address", "bookings_one_customer_per_phone")


def take_over(rows: Iterable[Row], *, applying: bool, user_id: int | None = None) -> Iterator[Verdict]:
    """What becomes of each row; whoever is known stays as they are.

    With `user_id` what a customer's row has no field for becomes a note by that person.
    """
    seen: set[str] = set()
    for row in rows:
        try:
            told = checking.customer(row)
        except Unusable as reason:
            yield Verdict(row, REFUSED, str(reason))
            continue
        key = told["email"].lower() or phones.likeliest(told["phone"])
        is_there = key in seen or customers.find(key) or (applying and not _is_kept(told, user_id))
        yield Verdict(row, THERE if is_there else BOOK)
        seen.add(key)


def _is_kept(told: dict[str, str], user_id: int | None) -> bool:
    """Whether it was this one who kept them; False when somebody else was faster."""
    try:
        _keep(told, user_id)
    except IntegrityError as error:
        if error.__cause__ is None or error.__cause__.diag.constraint_name not in ONE_EACH:  # type: ignore[attr-defined]
            raise
        return False
    return True


@use_case
def _keep(told: dict[str, str], user_id: int | None) -> None:
    """Note one customer, with what else is known as a note."""
    email = told["email"].lower()
    phone = "" if email else told["phone"]
    made = Customer.objects.create(
        name=told["name"], email=email, phone=phone, phone_key=phones.likeliest(phone)
    )
    remarks = [
        told["notes"],
        _("Telephone: %(number)s") % {"number": told["phone"]} if email and told["phone"] else "",
    ]
    if user_id and any(remarks):
        notes.write(made, user_id, "\n".join(filter(None, remarks))[: notes.TEXT_LENGTH])
