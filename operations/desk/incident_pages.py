"""The pages of incidents: what fails alike, whom it hits, who looks after it, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from operations import impact, incidents, intents
from operations.attempts import Attempt
from operations.desk import counts, moves, names, permits
from operations.desk.agreed import Said
from operations.desk.counts import Count
from operations.desk.matters import conditions_of
from operations.desk.permits import User
from operations.errors import Refusal
from operations.impact import Told
from operations.incidents import Incident
from operations.people import notes
from operations.people.notes import Note
from operations.recovery import Condition
from operations.transactions import use_case

SHOWN_COUNT = 50
SCOPE = "desk:incident"
ACTS = ("own", "disown", "note", "close")


@dataclass(frozen=True)
class Behind:
    """The records of one condition that failed this way."""

    condition: Condition
    count: Count
    page: str


def listed(user: User, *, is_open: bool) -> list[Told]:
    """The incidents that this person may see, those with appointments soonest first."""
    found = Incident.objects.open() if is_open else Incident.objects.closed()
    newest = found.order_by("-seen_at")[:SHOWN_COUNT]
    return impact.tell([each for each in newest if permits.may_view_everywhere(user, each.model)])


def page(user: User, incident: Incident, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Everything that the page of one incident shows."""
    written = list(Note.objects.of(incident).order_by("-at", "-pk")[:SHOWN_COUNT])
    people = names.of([incident.owner_id, incident.closed_by_id, *(note.user_id for note in written)])
    done = impact.of(incident)
    return {
        "title": incident.title,
        "incident": incident,
        "impact": done,
        "class_in_words": moves.outcome(incident.failure_class),
        "is_open": incidents.is_open(incident),
        "has_returned": incident.closed_up_to is not None and incidents.is_open(incident),
        "owner": people.get(incident.owner_id or 0, ""),
        "is_mine": incident.owner_id == user.pk,
        "closer": people.get(incident.closed_by_id or 0, ""),
        "notes": [Said(note.text, people[note.user_id], note.at) for note in written],
        "behind": behind(incident),
        "shown_up_to": done.last_at.isoformat() if done.last_at else "",
        "request_ids": {act: intents.issue() for act in ACTS},
        "may_work": permits.may_act(user, incident.model),
        "typed": typed or {},
        "note_length": notes.TEXT_LENGTH,
    }


def behind(incident: Incident) -> list[Behind]:
    """Where its records stand on the desk now."""
    alike = Attempt.objects.filter(fingerprint=incident.fingerprint, effect_model=incident.effect_model)
    found = []
    for condition in conditions_of(incident.model):
        records = condition.records().filter(Exists(alike.filter(effect_id=OuterRef("pk"))))
        if count := counts.count(records):
            path = reverse("admin:desk_condition", args=[condition.code])
            found.append(Behind(condition, count, f"{path}?fingerprint={incident.fingerprint}"))
    return found


@use_case
def act(request: intents.Request, user: User, incident: Incident, fields: Mapping[str, str]) -> bool:
    """Do what the form asks once per request id; True when it had been done before.

    Raises Refusal for what cannot be done now and what `intents.claim` raises.
    """
    assert user.pk is not None
    asked = {name: fields.get(name, "") for name in ("act", "text", "shown_up_to")}
    claim = intents.claim(request, {"incident": incident.pk, **asked})
    if not claim.won:
        return True
    match asked["act"]:
        case "own":
            incidents.own(incident, user.pk)
            notes.write(incident, user.pk, _("I look after this."))
        case "disown":
            incidents.own(incident, None)
            notes.write(incident, user.pk, _("I do not look after this any more."))
        case "note":
            notes.write(incident, user.pk, asked["text"])
        case "close":
            incidents.close(incident, user.pk, _moment(asked["shown_up_to"]))
            notes.write(incident, user.pk, asked["text"] or _("Closed."))
        case _:
            raise Refusal(_("This page does not know that button."))
    claim.intent.settle(incident, asked["act"])
    return False


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None
