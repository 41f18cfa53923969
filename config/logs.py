"""Keeps out of the log what would open a booking or name a person, whoever wrote the line."""

from __future__ import annotations

import ipaddress
import logging
import re
from typing import Any

import structlog

KEPT_SIGNS = 4  # of a token: enough to recognise it in two lines, too few to use it
ADDRESS, EMAIL = "[address]", "[e-mail]"

# A test walks all addresses with a token or a key and asks for each of them here.
_TOKEN = re.compile(
    r"(/(?:b|s|w|bookings|wait-list|enquiries|(?<!/admin/)calendar)/|[?&]draft=)"
    rf"([\w-]{{{KEPT_SIGNS}}})[\w-]{{8,}}"
)
_RESET = re.compile(r"(/password/forgotten/\w+-)[\w-]{6,}")
_ROW = re.compile(  # PostgreSQL quotes what it refuses
    r"(DETAIL:\s+(?:Failing row contains|Key)).*?(?=(?:\\n|\n){2}(?:The above|During handling)|\Z)", re.DOTALL
)
_EMAIL = re.compile(r"[\w.!#$%&*+/?^`{|}~-]+@(?:[\w-]+\.)+[\w-]{2,}")
_OUR_MESSAGE_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}@")
_IPV6 = re.compile(r"(?<![\w.:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,8}(?:(?:\.\d{1,3}){3})?(?![\w:])")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")


class Line(structlog.stdlib.ProcessorFormatter):
    """Looks at the whole line once it is written: messages, values and tracebacks are all covered."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without tokens, e-mail addresses and addresses of the net."""
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """The text with tokens cut to four signs, without rows, e-mail and net addresses; the loopback stays."""
    text = _TOKEN.sub(r"\1\2…", text)
    text = _RESET.sub(r"\1…", text)
    text = _ROW.sub(r"\1 […]", text)
    text = _EMAIL.sub(lambda found: found[0] if _OUR_MESSAGE_ID.match(found[0]) else EMAIL, text)
    return _IPV4.sub(_without_address, _IPV6.sub(_without_address, text))


def configuration() -> dict[str, Any]:
    """Django's LOGGING: one line an event on the standard error."""
    line = {
        "()": Line,
        "processor": structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        "foreign_pre_chain": [
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {"holdfast": {"level": "INFO"}},
    }


def configure() -> None:
    """Our own loggers speak structlog and end in the same lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _without_address(found: re.Match[str]) -> str:
    try:
        address = ipaddress.ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else ADDRESS
