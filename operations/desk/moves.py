"""Says an event in words: what moved, who moved it and through which door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel import Locale
from babel.dates import format_skeleton, format_time
from django.apps import apps
from django.utils.translation import get_language, gettext_noop, to_locale
from django.utils.translation import gettext as _

from operations.attempts import OUTCOMES
from operations.effects import Effect
from operations.history import Event
from operations.recovery import introduction

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?[+-]\d\d:\d\d")
ACTORS = {
    "customer": gettext_noop("the customer"),
    "staff": gettext_noop("staff"),
    "worker": gettext_noop("a worker"),
    "schedule": gettext_noop("the schedule"),
    "partner": gettext_noop("a partner"),
}
DOORS = {
    "web": gettext_noop("on the web page"),
    "desk": gettext_noop("at the desk"),
    "api": gettext_noop("through the API"),
    "webhook": gettext_noop("by webhook"),
    "queue": "",
    "schedule": "",
    "command": gettext_noop("by command"),
}
EFFECT_MOVES = {
    "queue": gettext_noop("Written and due to leave"),
    "lease": gettext_noop("Taken by a worker"),
    "acknowledge": gettext_noop("Accepted by the other side"),
    "postpone": gettext_noop("Put off; it will be tried again"),
    "give_up": gettext_noop("Given up"),
    "lose_verdict": gettext_noop("Handed over, but no verdict came back"),
    "expire": gettext_noop("Too late to matter; not sent any more"),
    "supersede": gettext_noop("Overtaken by events; not sent any more"),
    "supersede_unsent": gettext_noop("Overtaken by events before it left"),
    "confirm": gettext_noop("Shown to have arrived"),
    "bounce": gettext_noop("Returned by the other side"),
    "retry": gettext_noop("Made due again"),
    "hurry": gettext_noop("Made due at once"),
    "release": gettext_noop("Released"),
    "send_again": gettext_noop("Made due again as a marked second copy"),
    "hold": gettext_noop("Held back"),
    "hold_leased": gettext_noop("Held back before it left"),
    "settle": gettext_noop("Settled by staff"),
}


def in_words(event: Event) -> str:
    """What happened, as the app says it; otherwise the move's name and the status it led to.

    An app may have other words for a move of which nobody was told.
    """
    model: Any = apps.get_model(event.subject_model)
    moves = introduction(model).moves
    said = moves.get(f"{event.transition} silently") if event.details.get("silently") else None
    said = said or moves.get(event.transition)
    if said is None and issubclass(model, Effect):
        said = EFFECT_MOVES.get(event.transition)
    if said is not None:
        return _fill(_(said), event.details)
    if not event.from_status:
        return status(event)
    name = event.transition.replace("_", " ").capitalize()
    return name if event.from_status == event.to_status else f"{name}: {status(event)}"


def status(event: Event) -> str:
    """The status the event led to, in words."""
    model: Any = apps.get_model(event.subject_model)
    labels = dict(model._meta.get_field("status").flatchoices)
    return str(labels.get(event.to_status, event.to_status))


def doer(actor: str, source: str, name: str = "") -> str:
    """Who did it and where, e.g. "Anna (staff) at the desk"."""
    who = _(ACTORS.get(actor, actor))
    door = DOORS.get(source, source)
    return " ".join(part for part in (f"{name} ({who})" if name else who, _(door) if door else "") if part)


def outcome(code: str) -> str:
    """What an attempt's outcome means."""
    return _(OUTCOMES.get(code, code))


class _Gaps(dict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        value = self.get(key, "…")
        return _moment(value) if isinstance(value, str) and MOMENT.fullmatch(value) else value


def _fill(text: str, details: Mapping[str, Any]) -> str:
    return text.format_map(_Gaps(details)) if "{" in text else text


def _moment(text: str) -> str:
    """The wall time that a detail keeps with its offset (RFC 3339), in words: “Tue 24 Nov 2026, 13:30”."""
    local = datetime.fromisoformat(text)
    language = get_language() or "en"
    locale = Locale.parse("en_GB" if language == "en" else to_locale(language))
    day = format_skeleton("yMMMEd", local, locale=locale)
    return f"{day}, {format_time(local.time(), 'short', locale=locale)}"
