"""The admin behind our entrance, whose log-in is ours before any of its addresses is built."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from operations.site import DeskSite


class StaffSite(DeskSite):
    """Every address of the admin asks `has_permission`, which a password alone does not satisfy."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff, with a second factor where one is asked for."""
        from config.entrance import second_factor

        return super().has_permission(request) and second_factor.is_satisfied(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The log-in form; who has given a password and owes the second factor is led on to it."""
        from config.entrance import second_factor, signing_in

        if request.method == "GET" and super().has_permission(request):
            if second_factor.is_satisfied(request):
                return redirect(reverse("admin:index"))
            return second_factor.ask(request)
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "next": request.GET.get("next") or request.POST.get("next") or reverse("admin:index"),
        }
        view: Any = signing_in.SignIn.as_view(extra_context=context | (extra_context or {}))
        answer: HttpResponse = view(request)
        return answer

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:  # noqa: ARG002
        """There is one page to change a password, and it is not this one."""
        return redirect("account_change_password")


class StaffConfig(AdminConfig):
    """Takes the place of `django.contrib.admin` among the installed apps."""

    default_site = "config.entrance.site.StaffSite"
