"""What somebody may hand on to an account or a group: nothing that they do not hold themselves."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat


def permissions(giver: Any, group: Group | None = None) -> QuerySet[Permission]:
    """Those of the giver, and those that the group has already."""
    kept = group.permissions.values("pk") if group else ()
    return Permission.objects.filter(Q(pk__in=_held(giver).values("pk")) | Q(pk__in=kept)).select_related(
        "content_type"
    )


def groups(giver: Any, account: Any = None) -> QuerySet[Group]:
    """Those that give nothing beyond what the giver may do, and those of the account already, by name."""
    beyond = Permission.objects.exclude(pk__in=_held(giver).values("pk"))
    richer = Group.objects.filter(permissions__in=beyond).values("pk")
    kept = account.groups.values("pk") if account else ()
    return Group.objects.filter(~Q(pk__in=richer) | Q(pk__in=kept)).order_by("name")


def may_do_more(account: Any, giver: Any) -> bool:
    """Whether the account holds what the giver does not. One out of use keeps all that it was given."""
    if account.is_superuser:
        return not giver.is_superuser
    held = Permission.objects.filter(Q(group__user=account) | Q(user=account))
    return held.exclude(pk__in=_held(giver).values("pk")).exists()


def _held(giver: Any) -> QuerySet[Permission]:
    if giver.is_superuser:
        return Permission.objects.all()
    named = Permission.objects.annotate(full=Concat(F("content_type__app_label"), Value("."), F("codename")))
    return named.filter(full__in=giver.get_all_permissions())
