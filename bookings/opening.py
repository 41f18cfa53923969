"""Reads opening hours in OpenStreetMap syntax and says for each date which wall times they open.

opening-hours-py decides which rules hold on a date. The times themselves are kept here: the library joins
openings that touch, cuts a night at the next day's rule, leaves the night of a day that is off, and knows
neither subdivisions nor years of the `holidays` library (all seen in 2.1.4, see tests/times/test_opening.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.core.exceptions import ValidationError
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

DAY_MINUTES = 24 * 60
Minutes = tuple[int, int]
"""Begin and end in minutes of wall time after midnight of the rule's date; the end may lie past 24:00."""

SPAN = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
SPANS = rf"{SPAN}(?:\s*,\s*{SPAN})*"
STATE = r"off|closed|open"
RULE = re.compile(
    rf"\s*(?P<days>.*?)\s*(?:(?P<spans>{SPANS})\s*(?P<state>\b(?:{STATE})\b)?|\b(?P<only>{STATE})\b)\s*(?:,|$)",
    re.IGNORECASE,
)
HOLIDAY = re.compile(r"\bPH\b", re.IGNORECASE)
WEEKDAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
NOT_SUPPORTED = {
    r"\"": "comments in quotes",
    r"\|\|": "fallback rules (||)",
    r"\bunknown\b": "“unknown”",
    r"\bSH\b": "school holidays (SH)",
    r"\b(?:dawn|dusk|sunrise|sunset)\b": "times of the sun",
    r"\d:\d{2}\s*\+": "open ends (09:00+)",
    r"\d:\d{2}\s*/": "repetitions (09:00-12:00/01:00)",
    r"\bPH\b\s*[+-]": "days counted from a holiday",
    rf"\bPH\s+{WEEKDAY}|{WEEKDAY}\s+PH\b": "PH beside a weekday without a comma",
}


class InvalidHours(ValueError):
    """Raised by `parse`; the message tells the person who wrote the hours what is wrong."""


@dataclass(frozen=True)
class DayPlan:
    """What the hours say about openings that begin on one date."""

    opens: tuple[Minutes, ...]
    closes: tuple[Minutes, ...]
    whole_day: bool


@dataclass(frozen=True)
class _Rule:
    days: str
    spans: tuple[Minutes, ...]
    is_open: bool
    is_additional: bool


@lru_cache(maxsize=1024)
def parse(text: str) -> Hours:
    """Raises InvalidHours for what is not OpenStreetMap syntax, or is, but says nothing bookable."""
    for pattern, words in NOT_SUPPORTED.items():
        if re.search(pattern, text, re.IGNORECASE):
            raise InvalidHours(f"“{text}”: {words} cannot be used for booking.")
    _library(text)
    rules = _rules(text)
    if not any(rule.is_open for rule in rules):
        raise InvalidHours(f"“{text}” says only when it is closed.")
    return Hours(text, rules)


def validate_hours(text: str) -> None:
    """A Django validator over `parse`."""
    try:
        parse(text)
    except InvalidHours as error:
        raise ValidationError(str(error)) from error


def parse_span(text: str) -> Minutes:
    """“12:30-13:15”; an end that is not after the begin is on the next day. Raises InvalidHours."""
    if not re.fullmatch(SPAN, text.strip()):
        raise InvalidHours(f"“{text}” is not a time span such as 12:30-13:15.")
    begin, end = (_minutes(part) for part in text.split("-"))
    if begin >= DAY_MINUTES or end > 2 * DAY_MINUTES:
        raise InvalidHours(f"“{text}” is not within a day.")
    return begin, end if end > begin else end + DAY_MINUTES


class Hours:
    """Parsed opening hours.

    Every time span is replaced by a minute of its own, so that the library's answer for a date is the set
    of spans whose rules hold on that date, whatever their times.
    """

    def __init__(self, text: str, rules: list[_Rule]) -> None:
        self.mentions_holidays = bool(HOLIDAY.search(text))
        self._marks: list[tuple[_Rule, Minutes | None]] = []
        marked = ""
        for rule in rules:
            is_joined = rule.is_additional or (not rule.is_open and rule.spans)
            separator = "" if not marked else ", " if is_joined else "; "
            marked += separator + self._mark(rule)
        self._ordinary = _library(marked)
        self._holiday = _library(HOLIDAY.sub("Mo-Su", marked))

    def on(self, day: date, *, is_holiday: bool = False) -> DayPlan:
        """What begins on this date; a holiday counts only where the hours say PH."""
        return _plan(self, day, is_holiday and self.mentions_holidays)

    def _mark(self, rule: _Rule) -> str:
        if not rule.is_open and not rule.spans:
            return f"{rule.days} off"
        minutes = []
        for span in rule.spans or (None,):
            minute = 2 * len(self._marks)
            if minute >= DAY_MINUTES:
                raise InvalidHours("There are too many time spans.")
            self._marks.append((rule, span))
            minutes.append(f"{_clock(minute)}-{_clock(minute + 1)}")
        return f"{rule.days} {','.join(minutes)}"

    def _holding(self, day: date, is_holiday: bool) -> list[tuple[_Rule, Minutes | None]]:
        library = self._holiday if is_holiday else self._ordinary
        midnight = datetime.combine(day, time())
        return [
            self._marks[(begin.hour * 60 + begin.minute) // 2]
            for begin, _end, state, _comment in library.intervals(midnight, midnight + timedelta(days=1))
            if str(state) == "open"
        ]


@lru_cache(maxsize=16384)
def _plan(hours: Hours, day: date, is_holiday: bool) -> DayPlan:
    holding = hours._holding(day, is_holiday)
    return DayPlan(
        opens=tuple(span for rule, span in holding if rule.is_open and span),
        closes=tuple(span for rule, span in holding if not rule.is_open and span),
        whole_day=any(span is None for _rule, span in holding),
    )


def _rules(text: str) -> list[_Rule]:
    rules: list[_Rule] = []
    for part in text.split(";"):
        at, is_additional = 0, False
        while at < len(part):
            found = RULE.match(part, at)
            days = found["days"] if found else part[at:].strip()
            spans = re.findall(SPAN, found["spans"] or "") if found else []
            state = ((found["state"] or found["only"] or "open") if found else "open").lower()
            rules.append(
                _Rule(_days(days), tuple(parse_span(span) for span in spans), state == "open", is_additional)
            )
            at, is_additional = (found.end() if found else len(part)), True
    return rules


def _days(text: str) -> str:
    return "Mo-Su" if text in ("", "24/7") else text


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(clock: str) -> int:
    hours, minutes = clock.strip().split(":")
    if int(minutes) > 59:
        raise InvalidHours(f"“{clock}” is not a time.")
    return int(hours) * 60 + int(minutes)


def _library(text: str) -> OpeningHours:
    try:
        return OpeningHours(text)
    except ParserError as error:
        raise InvalidHours(f"“{text}” is not OpenStreetMap syntax for opening hours.") from error
