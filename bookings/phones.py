"""Telephone numbers as people type them, and the one form of each by which they are compared and found."""

from __future__ import annotations

from collections import Counter
from typing import Any

import phonenumbers
from babel.core import get_global
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse
from django.db.models.query_utils import DeferredAttribute

from bookings.places import Location

LONGEST = 40
WHOLE = phonenumbers.ValidationResult.IS_POSSIBLE
TAIL_DIGITS = 6  # the last digits that are enough to look for somebody
WRITTEN_WITH = "+0123456789 ()-/."


def country_of(location: Location) -> str:
    """Whose numbers need no prefix at this place: its country's, or that of its time zone."""
    return _country(location.country, location.time_zone)


def e164(typed: str, country: str) -> str:
    """The number with its country, the given one unless it names one; "" when it cannot be a number."""
    number = _parsed(typed, country)
    if number is None:
        return ""
    is_whole = phonenumbers.is_possible_number_with_reason(number) == WHOLE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_whole else ""


def key(typed: str, country: str) -> str:
    """What two spellings of one number have in common: E.164, else the digits, else the words."""
    return (e164(typed, country) or _digits(typed) or typed.strip().casefold())[:LONGEST]


def keys(typed: str) -> set[str]:
    """The forms that a number may have at any of the places; one query."""
    return {found for country in _countries() if (found := key(typed, country))}


def likeliest(typed: str) -> str:
    """The form of a number that belongs to no place: whole in the country of most places, if in any."""
    countries = _countries()
    found = next((found for country in countries if (found := e164(typed, country))), "")
    return found or key(typed, countries[0])


def beginning(typed: str) -> Q:
    """Whose number begins like this at one of the places, however it is written; by index."""
    found = Q(pk__in=[])
    for start in sorted(_beginnings(typed)):
        found |= Q(phone_key__startswith=start)
    return found


def tail(typed: str) -> str:
    """The last digits from behind, as the index has them; "" where they are too few to say anything."""
    digits = _digits(typed)
    return digits[::-1] if len(digits) >= TAIL_DIGITS else ""


def like(records: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """The records whose number begins like this or ends with it."""
    found = beginning(typed)
    if end := tail(typed):
        records = records.alias(phone_tail=Reverse("phone_key"))
        found |= Q(phone_tail__startswith=end)
    return records.filter(found)


def spellings(typed: str, location: Location) -> list[str]:
    """How the number may stand in what somebody wrote about it."""
    number = _parsed(typed, country_of(location))
    if number is None:
        return [typed, "".join(typed.split())]
    formats = phonenumbers.PhoneNumberFormat
    told = [phonenumbers.format_number(number, form) for form in (formats.INTERNATIONAL, formats.NATIONAL)]
    compact = ["".join(each.split()) for each in (typed, *told)]
    return [typed, *told, *compact, e164(typed, country_of(location))]


class PhoneField(models.CharField):  # type: ignore[type-arg]
    """A number as it was typed, for showing it; setting it makes the record forget the key of the last."""

    class descriptor_class(DeferredAttribute):
        def __set__(self, instance: models.Model, value: str) -> None:
            instance.__dict__[self.field.attname] = value
            if "phone_key" in instance.__dict__:
                instance.__dict__["phone_key"] = ""

    def deconstruct(self) -> Any:
        """For migrations a text like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PhoneKeyField(models.CharField):  # type: ignore[type-arg]
    """The form of the record's `phone` by which it is found; whoever saves a number saves it too."""

    def __init__(self, **options: Any) -> None:
        fixed = {"max_length": LONGEST, "blank": True, "default": "", "db_default": "", "editable": False}
        super().__init__(**{**options, **fixed})

    def deconstruct(self) -> Any:
        """For migrations a text like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: ARG002 - the signature is Django's
        if model_instance.phone and not model_instance.phone_key:
            model_instance.phone_key = key(model_instance.phone, country_of(model_instance.location))
        return str(model_instance.phone_key)


def _beginnings(typed: str) -> set[str]:
    digits = _digits(typed)
    if not digits:
        return set()
    found = {f"+{digits}" if typed.strip().startswith("+") else digits}
    for country in _countries():
        if number := _parsed(typed, country):
            found.add(f"+{number.country_code}{phonenumbers.national_significant_number(number)}")
    return found


def _parsed(typed: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return None


def _digits(typed: str) -> str:
    return "".join(each for each in typed if each.isascii() and each.isdigit())


def _countries() -> list[str]:
    """Of all places, that of most of them first."""
    places = Location.objects.order_by("pk").values_list("country", "time_zone")
    return [country for country, _n in Counter(_country(*place) for place in places).most_common()] or [""]


def _country(country: str, time_zone: str) -> str:
    return country or str(get_global("zone_territories").get(time_zone, ""))
