"""Lets the admin save a change of the rules only after whoever makes it has seen the bookings it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from bookings.availability import comparing, deciding
from bookings.availability.saving import ChangedMeanwhile
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

    The admin saves in one transaction; what is raised here after the last write undoes all of it. What a
    colleague has changed since the form was opened is shown and not replaced by what the form still has.
    """

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["holdfast/hours.css"]}

    def location_of(self, record: Any) -> int:
        """The location whose rules the record is a part of."""
        return int(record.location_id)

    def notes_on(self, record: Any, changed: Iterable[str]) -> list[str]:  # noqa: ARG002 - for others to say
        """What bookings to come keep although these fields change, each in a sentence."""
        return []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, which is right only while its record is what it was when the form was opened."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        if not change or request.method != "POST":
            return form
        compare = self._compare

        class Compared(form):  # type: ignore[misc]
            def clean(self) -> Any:
                cleaned = super().clean()
                compare(request, self, form)
                return cleaned

        return Compared

    def _compare(self, request: HttpRequest, typed: Any, form: Any) -> None:
        """Under the lock of all who change the rules: refuse what was typed over a change."""
        limit_lock_waits()
        place = Location.objects.select_for_update(no_key=True)
        place.get(pk=self.location_of(typed.instance))
        stored = self.model._default_manager.filter(pk=typed.instance.pk).first()
        found = self._parts(request, form(instance=stored)) if stored else []
        changed = comparing.changed(found, request.POST.get("was", ""))
        if changed or not stored:
            request._changed = changed  # type: ignore[attr-defined]
            request._was = comparing.written(found)  # type: ignore[attr-defined]
            typed.add_error(None, str(ChangedMeanwhile.message))

    def _parts(self, request: HttpRequest, form: Any) -> list[comparing.Part]:
        lines = [formset for formset, _inline in self.get_formsets_with_inlines(request, form.instance)]
        return comparing.parts(form, lines)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the marks of what it is opened with; after a refusal with those of what is stored now."""
        record, form = kwargs.get("obj"), context["adminform"].form
        if record is not None and form.fields:
            changed = getattr(request, "_changed", None)
            if changed is not None:
                context |= {"changed": changed, "was": request._was, "last_change": _last_change(record)}  # type: ignore[attr-defined]
            elif form.is_bound:
                context["was"] = request.POST.get("was", "")
            else:
                context["was"] = comparing.written(self._parts(request, form))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Look before the first write; a place that is being made has no bookings.

        Of a record that exists only the form's own fields: its hours have a page of their own.
        """
        limit_lock_waits()
        if change or not isinstance(obj, Location):
            request._watch = Watch(self.location_of(obj))  # type: ignore[attr-defined]
        if change and "_decided" not in request.POST and (notes := self.notes_on(obj, form.changed_data)):
            request._notes = notes  # type: ignore[attr-defined]
        if change:
            columns = {field.name for field in self.opts.concrete_fields}
            obj.save(update_fields=[name for name in form.cleaned_data if name in columns])
        else:
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
        if hasattr(request, "_changed"):
            answer.status_code = 409
        return answer

    def _ask(self, request: HttpRequest, hits: list[Any], notes: list[str]) -> HttpResponse:
        watch = request._watch  # type: ignore[attr-defined]
        location = Location.objects.get(pk=watch.location_id)
        title = str(self.opts.verbose_name).capitalize()
        return deciding.page(request, location, hits, title=title, notes=notes)


def _last_change(record: Model) -> LogEntry | None:
    """Who changed the record last, on whichever page."""
    now_is = ContentType.objects.get_for_model(record)
    return (
        LogEntry.objects.filter(content_type=now_is, object_id=str(record.pk)).select_related("user").first()
    )
