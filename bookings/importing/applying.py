"""Books the rows of a file one by one, each in a transaction of its own and never twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from bookings import intake
from bookings.allocation import TimeTaken
from bookings.eligibility import NotOffered
from bookings.importing import checking
from bookings.importing.formats import Row
from bookings.importing.planning import BOOK, OTHERWISE, REFUSED, THERE, Planner, Verdict
from bookings.intake import LikelyDuplicate
from operations import intents
from operations.errors import Busy
from operations.workflow import Actor, Operation, Source


def apply(
    rows: Iterable[Row], planner: Planner, *, telling: bool = False, user_id: int | None = None
) -> Iterator[Verdict]:
    """What became of each row; with `telling`, each customer gets the confirmation of a new booking.

    A row that was applied before is there already. Whoever stops half way begins again from the start.
    """
    for row in rows:
        planner.forget_times()
        planned = planner.verdict(row)
        yield _book(row, planner, telling, user_id) if planned.outcome == BOOK else planned


def _book(row: Row, planner: Planner, telling: bool, user_id: int | None) -> Verdict:
    request = checking.request(row, planner.names.location)
    wanted = checking.submission(row, planner.names, silently=not telling)
    by = Operation(
        actor=Actor.STAFF,
        source=Source.COMMAND,
        reason=str(_("Imported")),
        request_id=request.key,
        user_id=user_id,
    )
    try:
        recorded = intake.submit(request, wanted, source=Source.COMMAND, by=by)
    except intents.KeyReused:
        return Verdict(row, THERE, OTHERWISE)
    except (NotOffered, TimeTaken, LikelyDuplicate, Busy) as refusal:
        return Verdict(row, REFUSED, str(refusal))
    outcome = THERE if recorded.is_repeat else BOOK
    return Verdict(row, outcome, reference=recorded.booking.reference)
