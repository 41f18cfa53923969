"""Staff who act at the desk, without its pages."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q

from bookings import attending, intake
from bookings.attending import Act, Hand
from bookings.intake import Submission
from operations import intents, promises, roles
from operations.promises import Breach
from operations.workflow import Source


def staff(name: str = "robin", *, role: str = roles.FRONT_DESK) -> User:
    found = User.objects.filter(Q(username=name)).first()
    if found:
        return found
    person = User.objects.create_user(name, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person


def number(scope: str = "desk:book") -> intents.Request:
    return intents.Request(scope, uuid.uuid4())


def hand(booking: Any, act: Act, reason: str = "", **changed: Any) -> Hand:
    given = {"request": number(act.scope), "version": booking.version, "user_id": staff().pk}
    return Hand(**(given | {"reason": reason} | changed))


def do(booking: Any, act: Act, reason: str = "", **arguments: Any) -> Any:
    return attending.do(act, booking.pk, hand(booking, act, reason), **arguments).booking


def call(service: Any, start: datetime, **given: Any) -> Any:
    """Somebody on the telephone who leaves no e-mail address."""
    caller = {"resource": None, "name": "Anna Berg", "email": "", "phone": "+49 30 5550 199"}
    request = number()
    by = attending.by_staff(request, staff().pk, given.pop("reason", ""))
    submission = Submission(service=service, start=start, **(caller | given))
    return intake.submit(request, submission, source=Source.DESK, by=by).booking


def soon(minutes: int = 0) -> datetime:
    """09:00 UTC tomorrow and so many minutes."""
    day = datetime.now(UTC) + timedelta(days=1)
    return day.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)


def breaches() -> list[Breach]:
    """Every promise that is broken now."""
    return [breach for promise in promises.promises().values() for breach in promise.breaches()]
