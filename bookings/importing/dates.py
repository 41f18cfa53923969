"""Dates as spreadsheets write them: which number is the day is read from the whole file, or asked once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from operations.errors import Refusal

DAY_FIRST, MONTH_FIRST = "day", "month"
_TIME = r"(?:[\sT,]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.]\d{2})?\s*(?P<half>[ap]\.?\s?m\.?)?)?"
_NUMBERS = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<sign>[./-])(?P<two>\d{{1,2}})(?P=sign)(?P<year>\d{{4}}|\d{{2}}){_TIME}", re.I
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[./-](?P<one>\d{{1,2}})[./-](?P<two>\d{{1,2}}){_TIME}", re.I)


class OrderUnknown(Refusal):
    """Raised for a date that may mean two days, until somebody has said which."""

    code = "order_unknown"


def order_of(texts: Iterable[str]) -> str:
    """Which number comes first, if the file says so anywhere and nowhere else the contrary; or ""."""
    told = {order for text in texts if (order := _said_by(text))}
    return told.pop() if len(told) == 1 else ""


def first_unclear(texts: Iterable[str]) -> str:
    """The first date that means two days as long as nobody says which number is the day; or ""."""
    return next(
        (text.strip() for text in texts if (found := _in_doubt(text)) and not _said_by_numbers(found)), ""
    )


def read(text: str, order: str) -> datetime:
    """The moment that the text says, naive unless it says its offset; raises ValueError, OrderUnknown."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    if found := _YEAR_FIRST.fullmatch(text.strip()):
        return _made(found, month=found["one"], day=found["two"])
    if not (found := _NUMBERS.fullmatch(text.strip())):
        raise ValueError(text)
    first = DAY_FIRST if found["sign"] == "." else order
    if not first and not (first := _said_by_numbers(found)):
        raise OrderUnknown(
            _("“%(text)s” can be two days. Please say which number is the day.") % {"text": text.strip()}
        )
    one, two = found["one"], found["two"]
    return _made(found, month=two, day=one) if first == DAY_FIRST else _made(found, month=one, day=two)


def _in_doubt(text: str) -> re.Match[str] | None:
    """Numbers with a stroke or a hyphen; with dots the day comes first wherever dots are written."""
    found = _NUMBERS.fullmatch(text.strip())
    return found if found and found["sign"] != "." else None


def _said_by(text: str) -> str:
    found = _in_doubt(text)
    return _said_by_numbers(found) if found else ""


def _said_by_numbers(found: re.Match[str]) -> str:
    """A number above twelve is no month."""
    if int(found["one"]) > 12:
        return DAY_FIRST
    return MONTH_FIRST if int(found["two"]) > 12 else ""


def _made(found: re.Match[str], *, month: str, day: str) -> datetime:
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(found[0])
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(year, int(month), int(day), hour, int(found["minute"] or 0))
