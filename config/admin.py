"""Accounts as the owner looks after them: roles, limits to locations, and who has a second factor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.models import Assignment
from config import granting
from config.account_forms import AccountForm, NewAccountForm
from config.entrance import inviting
from operations import home, roles
from operations.console import WithinReach

ALMIGHTY = "is_superuser"


class AssignmentInline(WithinReach, admin.StackedInline[Assignment, User]):
    model = Assignment
    extra = 0
    filter_horizontal = ("locations",)


class AccountAdmin(WithinReach, UserAdmin[User]):
    """Whoever is limited to some locations looks after no accounts, and nobody those who may do more."""

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
    form = AccountForm
    add_form = NewAccountForm
    add_form_template = "admin/change_form.html"
    readonly_fields = ("own_password", "last_login", "date_joined")
    add_fieldsets = (
        (_("Who it is"), {"fields": ("username", "first_name", "last_name", "email")}),
        (_("What they do here"), {"fields": ("groups", "locations", "is_staff")}),
        (_("How they come in"), {"fields": ("password1", "password2")}),
    )
    fieldsets = (
        (_("Who it is"), {"fields": ("username", "first_name", "last_name", "email")}),
        (_("What they do here"), {"fields": ("groups", "is_staff", "is_active")}),
        (_("How they come in"), {"fields": ("own_password", "last_login", "date_joined")}),
    )
    almighty_fieldsets = (
        (_("Single permissions"), {"classes": ("collapse",), "fields": (ALMIGHTY, "user_permissions")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the columns read."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        found: QuerySet[Any] = super().get_queryset(request).annotate(second_factor=Exists(factors))
        return found.select_related("assignment").prefetch_related("groups", "assignment__locations")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """First the account, then its limits."""
        return list(self.inlines) if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody makes themselves almighty: permissions beside the roles are for superusers."""
        shown = super().get_fieldsets(request, obj)
        return (*shown, *self.almighty_fieldsets) if obj and request.user.is_superuser else shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With the roles that whoever fills it in may hand on."""
        form = super().get_form(request, obj, change=change, **kwargs)
        offered: Any = form.base_fields.get("groups")
        if offered:
            offered.queryset = granting.groups(request.user, obj)
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With the limit to locations of somebody new, a link to choose a password, and what is lacking."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        if not change:
            if locations := form.cleaned_data["locations"]:
                Assignment.objects.create(user=user).locations.set(locations)
            if form.is_invited and user.is_staff:
                inviting.invite(request, user)
                told = gettext("A link to choose a password goes to %(address)s; it works for an hour.")
                messages.info(request, told % {"address": user.email})
        for said in _lacking(user):
            messages.warning(request, said)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """As in any other list; Django's own would go on to a form with everything else."""
        return admin.ModelAdmin.response_add(self, request, obj, post_url_continue)

    @admin.display(description=_("password"))
    def own_password(self, user: User) -> str:
        """Whether there is one, and the page to set another."""
        said = gettext("There is one.") if user.has_usable_password() else gettext("There is none yet.")
        page = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('{} <a href="{}">{}</a>', said, page, gettext("Set another password"))

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

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With the permissions that whoever fills it in may hand on."""
        form = super().get_form(request, obj, change=change, **kwargs)
        offered: Any = form.base_fields.get("permissions")
        if offered:
            offered.queryset = granting.permissions(request.user, obj)
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_role(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_role(obj)


def _lacking(user: User) -> Iterable[str]:
    """What whoever saved this account may not have meant."""
    said = {"name": user.get_username()}
    if not user.is_staff or not user.is_active:
        yield gettext("%(name)s cannot log in: “May log in” or “In use” is off.") % said
    elif not user.is_superuser and not user.groups.exists():
        yield gettext("%(name)s has no role yet: they can log in and see nothing.") % said


def _may_touch(request: HttpRequest, obj: Any) -> bool:
    """Whoever sets somebody's password may become them, so it takes all that they may do."""
    is_own = obj is None or obj.pk == request.user.pk
    return is_own or not granting.may_do_more(obj, request.user)


def _is_role(group: Any) -> bool:
    return group is not None and group.name in roles.ROLES


admin.site.unregister([User, Group])
admin.site.register(User, AccountAdmin)
admin.site.register(Group, RoleAdmin)

home.add(home.Part.ACCOUNTS, (User, _("Accounts")), (Group, _("Roles")))
