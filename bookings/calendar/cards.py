"""A booking as an entry of a table: all that is shown of it, in words; a week may have a thousand."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from bookings.booking import OPEN, Booking
from bookings.calendar import day_grid, held, standing
from bookings.calendar.standing import Mark
from bookings.places import Location

DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Card:
    """A booking in words; `held` says until when and by whom, while it is only held.

    `others` is how many come besides whoever booked.

    `moves` is the page that moves it, `why` the one that explains its word; each may be "".
    """

    name: str
    others: int
    held: str
    what: str
    when: str
    page: str
    moves: str
    version: int
    word: str
    sign: str
    level: str
    why: str
    marks: Sequence[Mark]
    has_note: bool


def of(
    location: Location,
    bookings: Collection[Booking],
    marks: Mapping[int, Sequence[Mark]],
    noted: Container[int],
) -> dict[int, Card]:
    """A card for each booking, by its id."""
    place = reverse("calendar", args=[location.slug])
    words = {each: str(each.word) for each in standing.every()}
    cards, holds = {}, held.of(location, bookings)
    for booking in bookings:
        stands = standing.of(booking)
        begin, end = (moment.astimezone(location.zone) for moment in (booking.starts_at, booking.ends_at))
        page = f"{place}bookings/{booking.pk}/"
        cards[booking.pk] = Card(
            name=standing.called(booking),
            others=booking.people - 1,
            held=holds[booking.pk].words if booking.pk in holds else "",
            what=booking.service.name,
            when=f"{day_grid.clock(begin)}{DASH}{day_grid.clock(end)}",
            page=page,
            moves=f"{page}move/" if booking.status in OPEN else "",
            version=booking.version,
            word=words[stands],
            sign=stands.sign,
            level=stands.level,
            why=standing.page_of_word(marks.get(booking.pk, ())),
            marks=standing.beside_word(marks.get(booking.pk, ())),
            has_note=bool(booking.notes) or booking.pk in noted,
        )
    return cards
