"""The door to Django's admin: lists that stay fast, records with their history, remedies as actions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from operations import reach, recovery
from operations.desk import (
    around,
    counts,
    matters,
    names,
    pages,
    permits,
    refusing,
    remedy_actions,
    spans,
    timeline,
)
from operations.desk.finding import CappedPaginator, SearchKey, code, search
from operations.desk.remedy_actions import RemedyAction
from operations.desk.subjects import Subject

__all__ = [
    "AttentionFilter",
    "QuickAdmin",
    "ReadOnlyAdmin",
    "RecoverableAdmin",
    "RemedyAction",
    "SearchKey",
    "Subject",
    "WithinReach",
    "barred",
    "changes_since",
    "code",
    "framed",
    "history",
    "may_view",
    "names_of",
    "see_other",
]

# For pages of an app's own beside the desk: its frame, a record's history, and the refusal that is kept.
framed, see_other = pages.framed, pages.see_other
history, changes_since = timeline.of, timeline.since
barred, may_view, names_of = refusing.barred, permits.may_view, names.of


class WithinReach(BaseModelAdmin[Any]):
    """What somebody limited to some locations meets in lists, forms and choices: only what is theirs."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The records within reach."""
        return reach.within(request.user, super().get_queryset(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and reach.may_meet(request.user, self.model)

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        return super().has_add_permission(request, *parent) and reach.may_meet(request.user, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and reach.may_meet(request.user, self.model)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and reach.may_meet(request.user, self.model)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing that the database cannot be asked for."""
        return "\x00" not in value and super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **self._choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **self._choices(db_field, request, kwargs))

    def _choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        if not reach.is_limited(request.user):
            return kwargs
        offered = kwargs.get("queryset")
        if offered is None:
            offered = db_field.remote_field.model._default_manager.all()
        return kwargs | {"queryset": reach.within(request.user, offered)}


class PlaceFilter(admin.RelatedFieldListFilter):
    """Offers only what is within reach."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        """The choices, in the order of the related admin."""
        offered = reach.within(request.user, field.remote_field.model._default_manager.all())
        return field.get_choices(  # type: ignore[no-any-return]
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": offered.values("pk")} if reach.is_limited(request.user) else None,
        )


admin.FieldListFilter.register(lambda field: bool(field.remote_field), PlaceFilter, take_priority=True)


class QuickAdmin(WithinReach, admin.ModelAdmin[Any]):
    """Lists that cost the same at any size: capped counts, one indexed order, search by index."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    sortable_by: ClassVar[tuple[str, ...]] = ()  # only the indexed order is quick
    search_keys: tuple[SearchKey, ...] = ()
    linked_by: ClassVar[tuple[str, ...]] = ()  # look-ups beside the filters by which our own links narrow it

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what is offered: by any other column, what no page shows is guessed letter by letter."""
        column = lookup
        for ending in ("__exact", "__in", "__isnull", "__id"):
            column = column.removesuffix(ending)
        filters = self.get_list_filter(request)  # type: ignore[arg-type]
        offered = {getattr(each, "parameter_name", each) for each in filters}
        return "\x00" not in value and column in offered | {"pk", "id", *self.linked_by}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record; one of somebody else's location is refused, and that it was tried is kept."""
        found = super().get_object(request, object_id, from_field)
        if found is None and reach.is_limited(request.user):
            hidden = self._outside(object_id)
            if hidden is not None:
                refusing.note_at_the_list(request, hidden)
                raise PermissionDenied(_("This record belongs to a location that is not yours."))
        return found

    def _outside(self, object_id: str) -> Model | None:
        try:
            hidden = self.model._base_manager.filter(pk=self.model._meta.pk.to_python(object_id))
        except ValidationError:
            return None
        found: Model | None = hidden.first()
        return found

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """What is ticked and can be a record."""
        data = request.POST.copy()
        data.setlist(ACTION_CHECKBOX_NAME, [str(pk) for pk in remedy_actions.ticked(request)])
        request.POST = data  # type: ignore[assignment]
        return super().response_action(request, queryset)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Whether there is a search box; what it searches is `search_keys`."""
        return ("pk",) if self.search_keys else tuple(super().get_search_fields(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The records of which some key begins with the term; no table is ever read from end to end."""
        if not self.search_keys:
            return super().get_search_results(request, queryset, search_term)
        return (search(queryset, self.search_keys, search_term) if search_term.strip() else queryset), False


class ReadOnlyAdmin(QuickAdmin):
    """Records that nobody adds, edits or deletes by hand: their history would be lost.

    Times are told by the clock of the record's place, or of whoever looks. Nothing is typed on these pages:
    Django reads what is typed by the clock that it shows.
    """

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, by the clock of whoever looks."""
        return _by_clock(super().changelist_view(request, extra_context), "")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *of_django: Any, **more: Any
    ) -> HttpResponse:
        """The record, by the clock of its place."""
        record = context.get("original")
        zone = Subject(record).time_zone if record is not None else ""
        return _by_clock(super().render_change_form(request, context, *of_django, **more), zone)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return permits.may_view(request.user, self.model)


def _by_clock(response: HttpResponse, zone: str) -> HttpResponse:
    if isinstance(response, SimpleTemplateResponse):
        with timezone.override(spans.zone(zone)):
            response.render()
    return response


class AttentionFilter(admin.SimpleListFilter):
    """The conditions that concern this model, each with how many records it lists."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every condition of the model, those that list nothing too: they may in a moment."""
        return [
            (condition.code, f"{condition.title} ({counts.count(condition.records())})")
            for condition in matters.conditions_of(model_admin.model)
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The condition's own records; a condition that does not exist filters nothing."""
        condition = recovery.conditions().get(self.value() or "")
        if condition is None or condition.model is not queryset.model:
            return queryset
        return queryset.filter(pk__in=condition.records().values("pk"))


class RecoverableAdmin(ReadOnlyAdmin):
    """The admin of a workflow model: its status moves by remedies only, and each page tells the history."""

    change_form_template = "desk/change_form.html"

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Attention first."""
        return [AttentionFilter, *super().get_list_filter(request)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The remedies that this person may press, of the condition filtered by or of all."""
        chosen = request.GET.get(AttentionFilter.parameter_name, "")
        return {
            action.name: (action, action.name, action.description)
            for action in remedy_actions.of(self.model, only=chosen)
            if permits.may_recover(request.user, action.remedy)
        }

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; pressing a remedy without its permission is refused and written down."""
        if request.method == "POST":
            remedy_actions.refuse_the_forbidden(request, self.model)
        return super().changelist_view(request, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The record with everything that happened to it and the conditions that list it now."""
        record = self.get_object(request, object_id)
        told: dict[str, Any] = {}
        if record is not None and self.has_view_permission(request, record):
            told = {
                "subject": Subject(record),
                "matters": [
                    *matters.matters_of(record),
                    *around.of(request.user, [record]).get(record.pk, []),
                ],
                "timeline": timeline.of(record),
            }
        return super().change_view(request, object_id, form_url, {**told, **(extra_context or {})})
