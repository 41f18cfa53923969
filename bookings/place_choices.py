"""What the forms of a place offer to choose from: clocks, languages and countries, by their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from bookings import public_holidays

Choices = list[tuple[str, Any]]
CONTINENTS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic"),
    *("Australia", "Europe", "Indian", "Pacific"),
)
VARIANTS = (
    *("de-AT", "de-CH", "de-DE"),
    *("en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ", "en-US", "en-ZA"),
    *("es-AR", "es-CL", "es-CO", "es-ES", "es-MX"),
    *("fr-BE", "fr-CA", "fr-CH", "fr-FR", "fr-LU", "fr-MA"),
)
"""One language writes times and prices in several manners; which of them is the place's to say."""


class LongSelect(forms.Select):
    """A list with hundreds of entries, rendered at once: Django renders a template for each of them."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        chosen = self.format_value(value)
        tag = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", tag, _listed(self.choices, chosen))


def zones(usual: Iterable[str]) -> Choices:
    """The clocks of the world by continent, those that are in use here before them."""
    here = [(zone, zone.replace("_", " ")) for zone in sorted(set(usual))]
    rest = [(group, [each for each in listed if each not in here]) for group, listed in _continents()]
    return [*([(_("In use here"), here)] if here else []), *rest]


def locales() -> Choices:
    """Our languages, each with the manners of writing that countries have."""
    ours = [code for code, _name in settings.LANGUAGES]
    codes = [*ours, *(each for each in VARIANTS if each.split("-")[0] in ours)]
    return sorted(((code, locale_name(code)) for code in codes), key=lambda each: str(each[1]))


def locale_name(code: str) -> str:
    """A language and its country as the reader calls them, or the code itself."""
    try:
        return Locale.parse(to_locale(code)).get_display_name(_reader()) or code
    except (UnknownLocaleError, ValueError):
        return code


def countries() -> Choices:
    """The countries whose public holidays are known, by their name in the reader's language."""
    names = Locale.parse(_reader()).territories
    named = [(code, names.get(code, code)) for code in public_holidays.countries()]
    return [("", _("none: no public holidays")), *sorted(named, key=lambda each: each[1])]


def currencies() -> Choices:
    """The money that is in use in any country now, by its name in the reader's language."""
    names = Locale.parse(_reader()).currencies
    return sorted(
        ((code, f"{names.get(code, code)} ({code})") for code in _in_use()), key=lambda each: each[1]
    )


def with_stored(choices: Choices, stored: str) -> Choices:
    """What is stored and not in the list stays what it is."""
    return [(stored, stored), *choices] if stored and stored not in values(choices) else choices


def values(choices: Choices) -> set[str]:
    """What can be chosen, in groups or not."""
    nested = (said if isinstance(said, list) else [(value, said)] for value, said in choices)
    return {value for group in nested for value, _said in group}


@cache
def _in_use() -> frozenset[str]:
    territories = get_global("territory_currencies")
    return frozenset(code for each in territories for code in get_territory_currencies(each))


@cache
def _continents() -> Choices:
    """The names of ten continents and oceans; others of the same clocks, such as US/Eastern, are left out."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(available_timezones()):
        continent, _slash, city = name.partition("/")
        if continent in CONTINENTS and city:
            found[continent].append((name, name.replace("_", " ")))
    return [*found.items(), ("UTC", [("UTC", "UTC")])]


def _reader() -> str:
    return to_locale(get_language() or "en")


def _listed(choices: Iterable[Any], chosen: list[str]) -> SafeString:
    return format_html_join("", "{}", ((_entry(value, said, chosen),) for value, said in choices))


def _entry(value: Any, said: Any, chosen: list[str]) -> SafeString:
    if isinstance(said, list):
        return format_html('<optgroup label="{}">{}</optgroup>', value, _listed(said, chosen))
    mark = SafeString(" selected" if str(value) in chosen else "")
    return format_html('<option value="{}"{}>{}</option>', value, mark, said)
