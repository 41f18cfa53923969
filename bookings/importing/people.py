"""Takes customers over whom another program knew, before they book here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from bookings import customers, phones
from bookings.customer import Customer
from bookings.importing import checking
from bookings.importing.checking import Unusable
from bookings.importing.formats import Row
from bookings.importing.planning import BOOK, REFUSED, THERE, Verdict
from operations.people import notes
from operations.transactions import use_case


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
        is_there = key in seen or customers.find(key) or (applying and not _keep(told, user_id))
        yield Verdict(row, THERE if is_there else BOOK)
        seen.add(key)


@use_case
def _keep(told: dict[str, str], user_id: int | None) -> bool:
    """Note one customer; False when somebody else was faster."""
    email = told["email"].lower()
    phone = "" if email else told["phone"]
    made = Customer(name=told["name"], email=email, phone=phone, phone_key=phones.likeliest(phone))
    Customer.objects.bulk_create([made], ignore_conflicts=True)
    found = customers.find(email or told["phone"])
    if found is None or found.name != told["name"]:
        return False
    remarks = [
        told["notes"],
        _("Telephone: %(number)s") % {"number": told["phone"]} if email and told["phone"] else "",
    ]
    if user_id and any(remarks):
        notes.write(found, user_id, "\n".join(filter(None, remarks))[: notes.TEXT_LENGTH])
    return True
