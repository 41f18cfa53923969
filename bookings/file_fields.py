"""What each field of a locations file may hold, in the words of somebody who writes such a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, list_currencies
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email, validate_slug

from bookings import colours, embedding, opening
from bookings.offerings import LONGEST_REMINDER_HOURS, MOST_REMINDERS, Approval
from bookings.places import validate_time_zone
from bookings.questions import QuestionKind

Check = Callable[[Any], Any]
"""Takes what the file says and returns what the model keeps; raises Wrong."""

RESERVED_FOR_LOCATIONS = frozenset(
    {
        *("admin", "api", "b", "calendar", "embed", "find", "healthz", "inbox", "language", "metrics"),
        *("offers", "readyz", "s", "static", "w"),
    }
)
RESERVED_FOR_SERVICES = frozenset({"contact"})
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


class Wrong(ValueError):
    """Raised by a check; the message completes the sentence “field: …”."""


def text(longest: int, *, is_required: bool = False) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("must be a text.")
        given = str(value).strip()
        if is_required and not given:
            raise Wrong("is empty.")
        if len(given) > longest:
            raise Wrong(f"is longer than {longest} characters.")
        if UNPRINTABLE.search(given):
            raise Wrong("has characters that cannot be shown.")
        return given

    return check


def optional(check: Check) -> Check:
    """null means: none."""
    return lambda value: "" if value is None else check(value)


def number(lowest: int, highest: int) -> Check:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong("must be a whole number.")
        if not lowest <= value <= highest:
            raise Wrong(f"must be from {lowest} to {highest}.")
        return value

    return check


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("must be true or false.")
    return value


def slug(reserved: frozenset[str] = frozenset()) -> Check:
    """A part of addresses, unless another page has it."""

    def check(value: Any) -> str:
        found: str = text(60, is_required=True)(value)
        try:
            validate_slug(found)
        except ValidationError as error:
            raise Wrong("may have letters a-z, digits, - and _ only.") from error
        if found in reserved:
            raise Wrong(f"“{found}” is the address of another page.")
        return found

    return check


def money(value: Any) -> Decimal:
    """Money is written as text: a JSON number would pass through binary fractions."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", value):
        raise Wrong("must be an amount in quotes, such as “28.00”.")
    return Decimal(value)


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Whether the currency has fractions as small as the amount's; 1300.00 is no smaller than 1300."""
    return not currency or amount == round(amount, get_currency_precision(currency))


def time_zone(value: Any) -> str:
    name: str = text(60, is_required=True)(value)
    try:
        validate_time_zone(name)
    except ValidationError as error:
        raise Wrong(f"“{name}” is not a time zone, e.g. Europe/Berlin.") from error
    return name


def locale(value: Any) -> str:
    name: str = text(12, is_required=True)(value)
    try:
        Locale.parse(name, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise Wrong(f"“{name}” is not a locale, e.g. de or en-GB.") from error
    return name


def currency(value: Any) -> str:
    code: str = text(3, is_required=True)(value)
    if code not in list_currencies():
        raise Wrong(f"“{code}” is not a currency, e.g. EUR.")
    return code


def country(value: Any) -> str:
    code: str = text(2)(value)
    if code and not re.fullmatch(r"[A-Z]{2}", code):
        raise Wrong("must be two capital letters, e.g. DE.")
    return code


def email(value: Any) -> str:
    address: str = text(254)(value)
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise Wrong(f"“{address}” is not an e-mail address.") from error
    return address


def colour(value: Any) -> str:
    code: str = text(7)(value)
    try:
        if code:
            colours.validate_colour(code)
    except ValidationError as error:
        raise Wrong(error.messages[0]) from error
    return code


def reminder_hours(value: Any) -> list[int]:
    """Hours before the start; an empty list means that nobody is reminded."""
    if not isinstance(value, list) or len(value) > MOST_REMINDERS:
        raise Wrong(f"must be a list of at most {MOST_REMINDERS} hours, such as [24, 2].")
    found = [number(1, LONGEST_REMINDER_HOURS)(each) for each in value]
    if len(set(found)) < len(found):
        raise Wrong("names one hour twice.")
    return found


def web_address(value: Any) -> str:
    found: str = text(500)(value)
    try:
        if found:
            URLValidator(["http", "https"])(found)
    except ValidationError as error:
        raise Wrong(f"“{found}” is not a web address such as “https://www.example.com/privacy”.") from error
    return found


def websites(value: Any) -> str:
    """Web origins; kept with one on each line, as the form has them."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Wrong("must be a list of web addresses such as “https://www.example.com”.")
    try:
        return "\n".join(embedding.parents("\n".join(value)))
    except ValidationError as error:
        raise Wrong(error.messages[0]) from error


def hours(value: Any) -> str:
    found: str = text(1000, is_required=True)(value)
    try:
        opening.parse(found)
    except opening.InvalidHours as error:
        raise Wrong(str(error)) from error
    return found


def own_hours(value: Any) -> str:
    """An empty text or null means: as the location."""
    return "" if value in ("", None) else hours(value)


def breaks(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Wrong("must be a list of times such as “12:30-13:15”.")
    try:
        for each in value:
            opening.parse_span(each)
    except opening.InvalidHours as error:
        raise Wrong(str(error)) from error
    return value


def approval(value: Any) -> str:
    if value not in Approval.values:
        raise Wrong(f"must be one of {', '.join(Approval.values)}.")
    return str(value)


def question_kind(value: Any) -> str:
    if value not in QuestionKind.values:
        raise Wrong(f"must be one of {', '.join(QuestionKind.values)}.")
    return str(value)


def choices(value: Any) -> str:
    """The answers to choose from; kept with one on each line, as the form has them."""
    if not isinstance(value, list):
        raise Wrong("must be a list of answers such as [“Yes”, “No”].")
    found = [text(200, is_required=True)(each) for each in value]
    if any(len(each.splitlines()) > 1 for each in found):
        raise Wrong("has an answer of several lines.")
    if len(set(found)) < len(found):
        raise Wrong("names one answer twice.")
    if len(together := "\n".join(found)) > 2000:
        raise Wrong("is longer than 2000 characters together.")
    return together


SMALL, LARGE = 32_767, 2_147_483_647

LOCATION_NEEDS = frozenset({"slug", "name", "time_zone", "opening_hours"})
LOCATION: dict[str, Check] = {
    "slug": slug(RESERVED_FOR_LOCATIONS),
    "name": text(120, is_required=True),
    "time_zone": time_zone,
    "locale": locale,
    "currency": currency,
    "country": optional(country),
    "subdivision": optional(text(10)),
    "opening_hours": hours,
    "slot_step_minutes": number(5, 1440),
    "minimum_notice_minutes": number(0, LARGE),
    "horizon_days": number(0, 800),
    "cancel_until_hours": number(0, SMALL),
    "address": text(500),
    "phone": text(40),
    "email": email,
    "about": text(2000),
    "privacy_url": web_address,
    "legal_url": web_address,
    "colour": colour,
    "how_to_pay": text(1000),
    "text_messages": yes_or_no,
    "staff_notices": yes_or_no,
    "embed_parents": websites,
    "keep_days": lambda value: None if value is None else number(1, 3650)(value),
}
RESOURCE_NEEDS = frozenset({"name"})
ROOM: dict[str, Check] = {"name": text(120, is_required=True), "slug": slug()}
PERSON: dict[str, Check] = {**ROOM, "days": hours, "breaks": breaks}
SERVICE_NEEDS = frozenset({"name", "minutes"})
SERVICE: dict[str, Check] = {
    "name": text(120, is_required=True),
    "slug": slug(RESERVED_FOR_SERVICES),
    "description": text(5000),
    "minutes": number(1, SMALL),
    "hours": own_hours,
    "buffer_before_minutes": number(0, SMALL),
    "buffer_after_minutes": number(0, SMALL),
    "price": money,
    "deposit": lambda value: None if value is None else money(value),
    "capacity": number(1, SMALL),
    "max_people": number(1, SMALL),
    "approval": approval,
    "answer_within_hours": number(1, SMALL),
    "needs_room": yes_or_no,
    "reminder_hours": reminder_hours,
    "wait_list": yes_or_no,
    "takes_place_online": yes_or_no,
    "how_to_join": text(1000),
    "requires_phone": yes_or_no,
    "requires_notes": yes_or_no,
}
QUESTION_NEEDS = frozenset({"code", "text"})
QUESTION: dict[str, Check] = {
    "code": slug(),
    "kind": question_kind,
    "text": text(500, is_required=True),
    "help_text": text(300),
    "choices": choices,
    "is_required": yes_or_no,
}
