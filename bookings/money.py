"""Prices in words, in the reader's manner, for pages and messages alike."""

from decimal import Decimal

from babel.numbers import format_currency
from django.utils.translation import gettext as _
from django.utils.translation import to_locale


def spoken_price(amount: Decimal, currency: str, language: str) -> str:
    """“£52.00”, “28,00 €”, “￥1,300” or “Free”; `amount` is in the major unit, `language` a Django code."""
    if not amount:
        return _("Free")
    return str(format_currency(amount, currency, locale=to_locale("en-GB" if language == "en" else language)))
