"""Reads JSON as its standard defines it, not as Python stretches it."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser


class StrictJson(Parser):
    """UTF-8 only, and no NaN or Infinity (RFC 8259, sections 6 and 8.1)."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body.decode(), parse_constant=_refuse)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON.")
