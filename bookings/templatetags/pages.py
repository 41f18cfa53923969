"""How the public pages say times, prices and durations, always in the manner of the place."""

from __future__ import annotations

import zlib
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from bookings import language, questions, when, whereabouts, zone_names
from bookings.booking import Booking
from bookings.money import spoken_price
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource

register = template.Library()

ACCENTS_COUNT = 6
DASH = "\N{EN DASH}"
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "asked_at"})
WHAT_FOR = {name: name for name in ("start", "resource", "people", "every", "count")} | {"day": "date"}


@register.simple_tag
def place_time(
    moment: datetime, location: Location, end: datetime | None = None, *, and_yours: bool = True
) -> SafeString:
    """A moment by the place's clock; `and_yours`: the script adds the visitor's own where that differs."""
    spoken = language.spoken(moment, location)
    words = f"{spoken.date}, {spoken.time}"
    if end:
        until = language.spoken(end, location)
        words += f" {DASH} {until.time}" if until.date == spoken.date else f" {DASH} {until}"
    shape = '<time datetime="{}" data-place-time>{}</time>' if and_yours else '<time datetime="{}">{}</time>'
    return format_html(shape, spoken.iso, words)


@register.simple_tag
def reader_locale(location: Location | None = None) -> str:
    """The reader's locale as scripts take it (BCP 47), in the manner of the place."""
    reader = language.of_reader(location) if location else get_language() or "en"
    return "en-GB" if reader == "en" else reader


@register.filter
def spoken_day(day: date, location: Location) -> str:
    """The date in the place's own words."""
    return language.spoken(_noon(day, location.zone), location).date


@register.filter
def spoken_time(moment: datetime, location: Location) -> str:
    """The time of day in the place's own words."""
    return language.spoken(moment, location).time


@register.filter
def short_day(day: date, location: Location) -> str:
    """The date (of a moment: on its own clock) as short as it can be understood."""
    day = day.date() if isinstance(day, datetime) else day
    return str(format_skeleton("MMMEd", day, locale=_locale(location)))


@register.filter
def weekday(day: date, location: Location) -> str:
    """The short weekday."""
    return str(format_date(day, "EEE", locale=_locale(location)))


@register.filter
def month(day: date, location: Location) -> str:
    """The short month."""
    return str(format_date(day, "MMM", locale=_locale(location)))


@register.filter
def month_name(day: date, location: Location) -> str:
    """The month with its year, standing alone."""
    return str(format_skeleton("yMMMM", day, locale=_locale(location)))


@register.filter
def day_number(day: date) -> int:
    return day.day


@register.filter
def iso(day: date) -> str:
    return day.isoformat()


@register.filter
def local_iso(moment: datetime, location: Location) -> str:
    """The calendar date of the moment at the place."""
    return moment.astimezone(location.zone).date().isoformat()


@register.filter
def local_day(moment: datetime, location: Location) -> date:
    """The date of the moment at the place."""
    return moment.astimezone(location.zone).date()


@register.filter
def key(moment: datetime) -> str:
    """A name for the moment that can be an element's id."""
    return str(int(moment.timestamp()))


@register.filter
def zone_name(time_zone: str) -> str:
    """“Eastern Time” for “America/New_York”, as mails say it too."""
    return zone_names.spoken(ZoneInfo(time_zone), when.locale_of(when.of_reader()))


@register.filter
def duration(minutes: int) -> str:
    """“45 minutes”, “2 hours”, “1 hour 30 minutes”."""
    hours, rest = divmod(minutes, 60)
    words = []
    if hours:
        words.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if rest:
        words.append(ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest})
    return " ".join(words)


@register.filter
def price(offered: Service | Booking) -> str:
    """The whole price."""
    return spoken_price(offered.price, _currency(offered), language.of_reader(offered.location))


@register.filter
def deposit(offered: Service | Booking) -> str:
    """What of the price is paid beforehand; empty when nothing is."""
    if not offered.deposit:
        return ""
    text = spoken_price(offered.deposit, _currency(offered), language.of_reader(offered.location))
    return _("%(amount)s of it as deposit") % {"amount": text}


@register.filter
def answered(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """The service's questions with what was answered."""
    return questions.spoken(answers)


@register.filter
def accent(slug: str) -> int:
    """One of the accent colours, always the same for a place."""
    return zlib.crc32(slug.encode()) % ACCENTS_COUNT


@register.filter
def one_line(address: str) -> str:
    """An address of several lines in one."""
    return ", ".join(line.strip() for line in address.splitlines() if line.strip())


@register.filter
def map_address(address: str) -> str:
    """Where a map shows it; nothing is asked of the map before somebody goes there."""
    return f"https://www.openstreetmap.org/search?{urlencode({'query': one_line(address)})}"


@register.filter
def linked(text: str) -> SafeString:
    """Its web addresses can be followed, and nothing else."""
    return whereabouts.linked(text)


@register.filter
def dialled(phone: str) -> str:
    """The number as a telephone takes it."""
    return "".join(character for character in phone if character in "+0123456789")


@register.simple_tag
def day_query(day: date, resource: Resource | None, people: int | str = 1) -> str:
    """The same page for another day; `people` is "" where a template knows of none."""
    return "?" + urlencode({"date": day.isoformat()} | _for_whom(resource, people))


@register.simple_tag
def month_query(day: date, resource: Resource | None, people: int | str = 1) -> str:
    """The same page for another month."""
    return "?" + urlencode({"month": f"{day:%Y-%m}"} | _for_whom(resource, people))


@register.simple_tag
def whom_query(resource: Resource | None, people: int | str = 1) -> str:
    """The query of a page that finds its own day; empty for one person with anyone."""
    asked = _for_whom(resource, people)
    return f"?{urlencode(asked)}" if asked else ""


@register.filter
def typed(request: HttpRequest, without: str = "") -> list[tuple[str, Any]]:
    """Everything that was sent, to send it again."""
    left_out = NOT_TYPED | set(without.split())
    return [
        (name, value) for name, values in request.POST.lists() if name not in left_out for value in values
    ]


@register.filter
def same_page(request: HttpRequest) -> str:
    """Where this page is opened anew: the answer to a form by the form's address, about the same time.

    Nothing else that was typed is for an address.
    """
    if request.method != "POST":
        return request.get_full_path()
    about = {asked: request.POST[sent] for sent, asked in WHAT_FOR.items() if request.POST.get(sent)}
    return f"{request.path}?{urlencode(about)}" if about else request.path


def _for_whom(resource: Resource | None, people: int | str) -> dict[str, str]:
    asked = {"resource": resource.slug} if resource else {}
    return asked | ({"people": str(people)} if people not in ("", 1) else {})


def _currency(offered: Service | Booking) -> str:
    """A booking keeps the currency it was made in."""
    own = offered.currency if isinstance(offered, Booking) else ""
    return own or offered.location.currency


def _locale(location: Location) -> str:
    """Babel's name of the reader's locale; plain English is British, as in `when`."""
    reader = language.of_reader(location)
    return "en_GB" if reader == "en" else to_locale(reader)


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), tzinfo=zone)
