"""Holdfast's own admin site: Django's, with the desk as its first page and nothing of the queue in it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial, wraps
from typing import Any, cast

from django.contrib import admin
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from operations import reach

KEPT_OUT = frozenset({"django_q", "account", "mfa", "axes"})


class DeskSite(admin.AdminSite):
    site_header = _("Holdfast")
    site_title = _("Holdfast")
    index_title = _("Everything else")
    enable_nav_sidebar = True

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Register as ever, but never the admins of the queue and of the entrance.

        django-q2's forms run any function as the worker's user, let view-only staff submit a task again,
        and delete the evidence of a failure. Those of the log-in libraries show and change its secrets.
        """
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        allowed = [model for model in models if model._meta.app_label not in KEPT_OUT]
        super().register(allowed, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As ever, and whatever the view lists is within the reach of whoever looks."""

        @wraps(view)
        def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            reach.look_as(request.user)
            return view(request, *args, **kwargs)

        return super().admin_view(bounded, cacheable)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """As ever, made when a page shows it: each page is given the list, and most of the desk's do not."""
        make = super().get_app_list
        return cast("list[Any]", SimpleLazyObject(lambda: make(request, app_label)))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The admin's addresses, the desk's among them."""
        from operations.desk import (
            alert_views,
            campaign_views,
            ledger_views,
            people_views,
            rehearsal_views,
            views,
        )

        view = self.admin_view
        desk: list[URLPattern | URLResolver] = [
            path("desk/", view(views.desk), name="desk"),
            path("desk/incidents/", view(people_views.incidents), name="desk_incidents"),
            path("desk/incidents/<int:pk>/", view(people_views.incident), name="desk_incident"),
            path("desk/handover/", view(people_views.handover), name="desk_handover"),
            path("desk/handover/<int:pk>/", view(people_views.take_over), name="desk_take_over"),
            path("desk/shift/", view(people_views.log), name="desk_shift"),
            path("desk/campaigns/", view(campaign_views.campaigns), name="desk_campaigns"),
            path("desk/campaigns/new/<str:code>/", view(campaign_views.choose), name="desk_campaign_new"),
            path("desk/campaigns/<int:pk>/", view(campaign_views.campaign), name="desk_campaign"),
            path(
                "desk/campaigns/<int:pk>/progress/",
                view(campaign_views.progress),
                name="desk_campaign_progress",
            ),
            path("desk/campaigns/<int:pk>/ledger/", view(campaign_views.ledger), name="desk_campaign_ledger"),
            path("desk/<str:code>/", view(views.condition), name="desk_condition"),
            path("desk/<str:code>/<int:pk>/", view(views.record), name="desk_record"),
            path("desk/<str:code>/<int:pk>/people/", view(views.people), name="desk_people"),
        ]
        ledgers = [*ledger_views.urls(view), *alert_views.urls(view), *rehearsal_views.urls(view)]
        return ledgers + self._named() + desk + super().get_urls()

    def _named(self) -> list[URLPattern | URLResolver]:
        """The addresses that are words; they come before those that are codes of conditions."""
        from operations.desk import casefile_views, course_views, further_pages, retention_views, search_views

        view = self.admin_view
        further = [
            path(f"desk/{page.path}/", view(page.view), name=page.name) for page in further_pages.every()
        ]
        return [
            *further,
            path("desk/export/<str:label>/<int:pk>/", view(casefile_views.export), name="desk_export"),
            path("desk/course/", view(course_views.stretch), name="desk_course"),
            path("desk/retention/", view(retention_views.retention), name="desk_retention"),
            path("desk/search/", view(search_views.search), name="desk_search"),
            path("desk/views/<str:code>/", view(search_views.keep_view), name="desk_keep_view"),
            path("desk/views/<str:code>/<int:pk>/", view(search_views.drop_view), name="desk_drop_view"),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The start page, which begins with the desk."""
        from operations.desk import machinery, overview

        desk = overview.look(overview.visible(request.user), with_records=False)
        alive = machinery.workers_alive()
        told = {"title": _("Home"), "overview": desk, "workers_alive": alive, **(extra_context or {})}
        return super().index(request, told)

    def each_context(self, request: HttpRequest) -> Any:
        """With the parts of the first page, which the pages' sidebar shows too; made when a page asks."""
        from operations import home

        context = super().each_context(request)
        return {**context, "home": cache(partial(home.shown, request, context["available_apps"]))}
