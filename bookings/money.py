"""Prices as people and programs read them: in the reader's manner, in the currency's own fractions."""

import re
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")  # “MAD 250.00”: a code is not a sign


def in_fractions(amount: Decimal, currency: str) -> Decimal:
    """The amount with as many decimal places as its currency has: 28.00 euros, 1300 yen."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency or "EUR")))


def spoken_price(amount: Decimal, currency: str, language: str) -> str:
    """“£52.00”, “28,00 €”, “￥1,300” or “Free”; `amount` is in the major unit, `language` a Django code."""
    if not amount:
        return _("Free")
    said = str(format_currency(amount, currency, locale=to_locale("en-GB" if language == "en" else language)))
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", said)
