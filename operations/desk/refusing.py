"""Refuses to show or change a record, and keeps who tried."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from operations import repair
from operations.desk import pages
from operations.history import Actor, Operation, Source
from operations.recovery import Condition

LOOK = "look"  # stands where the code of a remedy would: somebody wanted to see it


def unseen(request: HttpRequest, condition: Condition, record: Any) -> HttpResponse:
    """403: this person may not see records of this kind."""
    note(request, condition, record.pk)
    return pages.denied(request, condition)


def elsewhere(request: HttpRequest, condition: Condition, record: Any) -> HttpResponse:
    """403: it belongs to a location that is not this person's."""
    wanted = request.POST.get("remedy") or request.POST.get("act") or LOOK
    known = {remedy.code for remedy in condition.remedies}
    note(request, condition, record.pk, wanted if wanted in known else LOOK)
    return pages.denied(request, condition, is_elsewhere=True)


def barred(request: HttpRequest, record: Model, wanted: str, title: str = "") -> HttpResponse:
    """403 on a page of an app's own: without the permission for `title`, or, with none, elsewhere."""
    repair.record_trespass(record, wanted, _operation(request))
    return pages.denied(request, pressed=title, is_elsewhere=not title)


def note(request: HttpRequest, condition: Condition, pk: int, wanted: str = LOOK) -> None:
    """Keep that somebody without the right wanted to see or change a record of a condition."""
    repair.record_denial(condition, wanted, pk, _operation(request))


def note_at_the_list(request: HttpRequest, record: Model) -> None:
    """The same where no condition is concerned: the record's own page in the admin."""
    repair.record_trespass(record, LOOK, _operation(request))


def _operation(request: HttpRequest) -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, request_id=uuid4(), user_id=request.user.pk)
