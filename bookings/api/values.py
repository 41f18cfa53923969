"""Kinds of value in bodies and parameters, as strict as their standards: nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from bookings import typed_text

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _instant(value: Any) -> datetime:
    """Only what RFC 3339 calls a date-time, though its seconds may be left out."""
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        raise ValueError("Give date, time and offset, e.g. 2027-01-05T09:30:00+01:00.")
    return datetime.fromisoformat(value)


def _day(value: Any) -> date:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("Give a date like 2027-01-05.")
    return date.fromisoformat(value)


def _answer(text: str) -> str:
    """What the forms accept of text of several lines."""
    text = typed_text.normalised(text)
    try:
        typed_text.validate_paragraphs(text)
    except ValidationError as error:
        raise ValueError(error.messages[0]) from error
    return text


Instant = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=datetime)]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
Slug = Annotated[StrictStr, Field(pattern=r"^[-a-zA-Z0-9_]{1,60}$", examples=["shibuya-hair"])]
SlugInPath = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", examples=["shibuya-hair"])]
Token = Annotated[
    str, Field(pattern=r"^[-a-zA-Z0-9_]+$", description="The token of the answer that made it.")
]
AnswerText = Annotated[StrictStr, Field(max_length=2000), AfterValidator(_answer)]
Answer = AnswerText | StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | None
Answers = Annotated[
    dict[Annotated[StrictStr, Field(min_length=1, max_length=100), AfterValidator(_answer)], Answer],
    Field(max_length=50),
]


def typed(description: str, length: int, *, required: bool = True) -> Any:
    """A text that the web form's own field checks after cleaning it; here its limit is only told."""
    extra: dict[str, Any] = {"maxLength": length} | ({"minLength": 1} if required else {})
    return Field(default=... if required else "", description=description, json_schema_extra=extra)
