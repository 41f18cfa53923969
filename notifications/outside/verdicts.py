"""What a status code means for us (semantics section 3, the HTTP column)."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.outside.calls import Answer
from operations.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentError,
    ThrottledError,
    TransientError,
)

SHOWN_LETTERS = 300
# Besides those above 499: it may be answered otherwise later, although nobody changed anything.
PASSING = (408, 409, 423, 425)


def check(answer: Answer) -> None:
    """Return when the other side accepted, else raise the DeliveryError that says who must act."""
    if 200 <= answer.status < 300:
        return
    error, words = _judge(answer.status)
    raise as_error(error, words, answer)


def as_error(error: type[DeliveryError], words: str, answer: Answer) -> DeliveryError:
    """That error, told by these words (which may name "%(status)s") and by what the answer says."""
    return error(
        _told(words, answer),
        external_code=str(answer.status),
        retry_after_seconds=retry_after(answer.headers.get("retry-after", "")),
    )


def retry_after(value: str) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110 section 10.2.3), None when it says nothing."""
    if re.fullmatch(r"\d{1,9}", value.strip()):
        return float(value)
    try:
        moment: datetime = parsedate_to_datetime(value)
        return max(0.0, (moment - timezone.now()).total_seconds())
    except (ValueError, TypeError):
        return None


def _judge(status: int) -> tuple[type[DeliveryError], str]:
    match status:
        case 429:
            return ThrottledError, _("The other side asks us to slow down (%(status)s).")
        case 401 | 403:
            return ConfigurationError, _("The other side does not let us in (%(status)s).")
        case 410:
            return PermanentError, _("The other side says that nobody listens there any more (%(status)s).")
        case _ if 300 <= status < 400:
            return ConfigurationError, _(
                "The other side sends us elsewhere (%(status)s), which is not followed: correct the address."
            )
        case _ if status in PASSING or status >= 500:
            return TransientError, _("The other side cannot take it now (%(status)s).")
    return PermanentError, _("The other side refuses it as it is (%(status)s).")


def _told(words: str, answer: Answer) -> str:
    said = re.sub(r"[^\w\s.,:;!?'\"(){}\[\]/=+@-]|\s+", " ", answer.text)[:SHOWN_LETTERS].strip()
    told = words % {"status": answer.status}
    quoted = _("It says: “%(text)s”") % {"text": said}
    return f"{told} {quoted}" if said else told
