"""Lets the admin save a change of the rules only after whoever makes it has seen the bookings it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from bookings.availability import deciding
from bookings.outside import Unseen, Watch
from bookings.places import Location
from operations.console import QuickAdmin
from operations.errors import Refusal
from operations.transactions import limit_lock_waits


class Unread(Refusal):
    """Raised for a change that leaves bookings as they are in a way that nobody has been told of."""

    code = "unread_notes"

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        super().__init__()


class AsksAboutBookings(QuickAdmin):
    """Shows, before saving, the bookings to come that would lie outside, and what else stays as it is.

    The admin saves in one transaction; what is raised here after the last write undoes all of it.
    """

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["holdfast/hours.css"]}

    def location_of(self, record: Any) -> int:
        """The location whose rules the record is a part of."""
        return int(record.location_id)

    def notes_on(self, record: Any, changed: Iterable[str]) -> list[str]:  # noqa: ARG002 - for others to say
        """What bookings to come keep although these fields change, each in a sentence."""
        return []

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Look before the first write; a place that is being made has no bookings."""
        limit_lock_waits()
        if change or not isinstance(obj, Location):
            request._watch = Watch(self.location_of(obj))  # type: ignore[attr-defined]
        if change and "_decided" not in request.POST and (notes := self.notes_on(obj, form.changed_data)):
            request._notes = notes  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Look after the last write."""
        super().save_related(request, form, formsets, change)
        if watch := getattr(request, "_watch", None):
            request._hits = watch.settle(deciding.agreed(request))  # type: ignore[attr-defined]
        if notes := getattr(request, "_notes", None):
            raise Unread(notes)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The admin's own page, or the one between it and saving."""
        try:
            answer = super().changeform_view(request, object_id, form_url, extra_context)
        except Unseen as unseen:
            return self._ask(request, unseen.hits, getattr(request, "_notes", []))
        except Unread as unread:
            return self._ask(request, [], unread.notes)
        if hits := getattr(request, "_hits", []):
            deciding.follow(request, hits)
        return answer

    def _ask(self, request: HttpRequest, hits: list[Any], notes: list[str]) -> HttpResponse:
        watch = request._watch  # type: ignore[attr-defined]
        location = Location.objects.get(pk=watch.location_id)
        title = str(self.opts.verbose_name).capitalize()
        return deciding.page(request, location, hits, title=title, notes=notes)
