"""Accounts as the owner looks after them: roles, limits to locations, and who has a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.models import Assignment
from operations import home, roles
from operations.console import WithinReach

ALMIGHTY = "is_superuser"


class AssignmentInline(WithinReach, admin.StackedInline[Assignment, User]):
    model = Assignment
    extra = 0
    filter_horizontal = ("locations",)


class AccountAdmin(WithinReach, UserAdmin[User]):
    """Whoever is limited to some locations looks after no accounts, and only superusers touch superusers."""

    list_display = (
        "username",
        "first_name",
        "last_name",
        "roles",
        "places",
        "has_second_factor",
        "is_active",
    )
    list_filter = ("is_active", "groups")
    inlines = (AssignmentInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the columns read."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        found: QuerySet[Any] = super().get_queryset(request).annotate(second_factor=Exists(factors))
        return found.select_related("assignment").prefetch_related("groups", "assignment__locations")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """First the account, then its limits."""
        return list(self.inlines) if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nobody makes themselves almighty."""
        shut = [] if request.user.is_superuser else [ALMIGHTY, "user_permissions"]
        return [*super().get_readonly_fields(request, obj), *shut]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    @admin.display(description=_("name"))
    def name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join([str(_("superuser")), *names] if user.is_superuser else names) or "—"

    @admin.display(description=_("works at"))
    def places(self, user: User) -> str:
        assignment = getattr(user, "assignment", None)
        return str(_("everywhere") if assignment is None or user.is_superuser else assignment)

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: Any) -> bool:
        return bool(user.second_factor)


class RoleAdmin(WithinReach, GroupAdmin):
    """The three roles are kept by the program; groups beside them are yours."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_role(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_role(obj)


def _may_touch(request: HttpRequest, obj: Any) -> bool:
    return request.user.is_superuser or not getattr(obj, ALMIGHTY, False)


def _is_role(group: Any) -> bool:
    return group is not None and group.name in roles.ROLES


admin.site.unregister([User, Group])
admin.site.register(User, AccountAdmin)
admin.site.register(Group, RoleAdmin)

home.add(home.Part.ACCOUNTS, (User, _("Accounts")), (Group, _("Roles")))
