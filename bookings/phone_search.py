"""How the admin's lists and the desk's search find records by a telephone number."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Reverse

from bookings import phones
from operations.console import SearchKey


class BeginningOfNumber(SearchKey):
    """The first digits in any spelling, with the country or as one dials at a place."""

    def condition(self, name: str, folded: str) -> Q:  # noqa: ARG002 - the column has several beginnings
        """Whether the number begins like this at one of the places."""
        return phones.beginning(folded)


def _as_phone(term: str) -> str:
    return term if term.strip(phones.WRITTEN_WITH) == "" else ""


PHONE_KEYS = (
    BeginningOfNumber("phone_key", _as_phone),
    SearchKey(Reverse("phone_key"), lambda term: phones.tail(_as_phone(term))),
)
