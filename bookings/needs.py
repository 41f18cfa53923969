"""What services need, and what a booking that was made before does not have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from bookings.booking import Booking
from bookings.obstacles import Obstacle
from bookings.offerings import Requirement
from bookings.resources import Resource, ResourceKind

Needs = Mapping[int, Mapping[str, frozenset[int]]]
"""By service and kind, who may do it; empty: anybody of the kind."""


def of(services: Iterable[int]) -> Needs:
    """The needs of these services; those that name none do not appear. One query."""
    found: defaultdict[int, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = Requirement.objects.filter(service__in=set(services))
    for service, kind, resource in rows.values_list("service", "kind", "resources"):
        found[service][kind] |= {resource} - {None}
    return {
        service: {kind: frozenset(named) for kind, named in kinds.items()} for service, kinds in found.items()
    }


def against(needs: Needs, booking: Booking, held: Iterable[Resource]) -> Obstacle | None:
    """What the service needs now and the booking does not have."""
    having = list(held)
    for kind, named in needs.get(booking.service_id, {}).items():
        of_kind = [each for each in having if each.kind == kind]
        if not of_kind:
            return Obstacle("lacking", _lacking(kind) % {"service": booking.service.name})
        if named and not any(each.pk in named for each in of_kind):
            said = {"name": of_kind[0].name, "service": booking.service.name}
            return Obstacle("not_theirs", _("%(service)s is not done with %(name)s any more.") % said)
    return None


def _lacking(kind: str) -> str:
    """A sentence for each kind: many languages cannot fill the word in."""
    match ResourceKind(kind):
        case ResourceKind.PERSON:
            return _("%(service)s needs a person now, and this booking has none.")
        case ResourceKind.ROOM:
            return _("%(service)s needs a room now, and this booking has none.")
    return _("%(service)s needs a piece of equipment now, and this booking has none.")
