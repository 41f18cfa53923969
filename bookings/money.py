"""Prices as people and programs read them: in the reader's manner, in the currency's own fractions."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import gettext as _
from django.utils.translation import to_locale


def in_fractions(amount: Decimal, currency: str) -> Decimal:
    """The amount with as many decimal places as its currency has: 28.00 euros, 1300 yen."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency or "EUR")))


def spoken_price(amount: Decimal, currency: str, language: str) -> str:
    """“£52.00”, “28,00 €”, “￥1,300” or “Free”; `amount` is in the major unit, `language` a Django code."""
    if not amount:
        return _("Free")
    return str(format_currency(amount, currency, locale=to_locale("en-GB" if language == "en" else language)))
