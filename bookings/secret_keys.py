"""Things known by a secret that is shown once and kept as a hash: how staff renew and take them back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from operations.switches import Done, Switch, Text
from operations.workflow import Operation

Renew = Callable[[Any], str]
"""Gives a record a new secret and returns it; the old one stops working when the record is saved."""


def digest(key: str) -> str:
    """A plain hash is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()


def mark(record: Any) -> str:
    """In which state a record is; of the hash only its beginning is shown."""
    return f"{record.is_active}/{record.key_hash[:8]}"


def make(model: type[Model], renew: Renew, **texts: Text) -> Switch:
    """The switch that makes a record and shows its secret; `texts` are the switch's title, says and done."""

    def apply(_none: Any, _operation: Operation, fields: Mapping[str, Any]) -> Done:
        record = model(**fields)
        secret = renew(record)
        record.save(force_insert=True)
        return Done(record, shown_once=secret)

    return _switch("make", "add", model, apply, texts, needs_reason=False, makes=True)


def renewed(model: type[Model], renew: Renew, **texts: Text) -> Switch:
    """The switch that gives a record another secret and lets it in again."""

    def apply(record: Any, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
        secret = renew(record)
        record.is_active = True
        record.save(update_fields=["key_hash", "is_active"])
        return Done(record, shown_once=secret)

    return _switch("renew", "renew", model, apply, texts, mark=mark, is_weighty=True)


def revoked(model: type[Model], refusal: Text, **texts: Text) -> Switch:
    """The switch that shuts a record; `refusal` is what is said when it is shut already."""

    def apply(record: Any, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
        record.is_active = False
        record.save(update_fields=["is_active"])
        return Done(record)

    def refuses(record: Any) -> str:
        return "" if record.is_active else str(refusal)

    return _switch("revoke", "revoke", model, apply, texts, mark=mark, refuses=refuses, is_weighty=True)


def _switch(
    code: str, verb: str, model: type[Model], apply: Any, texts: Mapping[str, Any], **more: Any
) -> Switch:
    permission = f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
    return Switch(code=code, model=model, permission=permission, apply=apply, **texts, **more)
