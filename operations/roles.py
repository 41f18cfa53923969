"""The three roles that every installation has, kept as they are declared here by each `migrate`."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.db.models.signals import post_migrate

from operations import recovery

OWNER, FRONT_DESK, AUDITOR = "Owner", "Front desk", "Auditor"
ROLES = (OWNER, FRONT_DESK, AUDITOR)
RECOVER, REHEARSE = "recover", "rehearse"
MONEY = "view_revenue"  # the code of what is read about money, which the front desk's work does not need
ATTEND = "attend_"  # how the code of what the front desk does all day begins, whichever app declares it
ACCOUNTS = ("user", "group")


def permissions(role: str) -> QuerySet[Permission]:
    """What the role may do; new models and permissions of our apps are included as they appear."""
    ours = Q(content_type__app_label__in=_our_apps())
    accounts = Q(content_type__app_label="auth", content_type__model__in=ACCOUNTS)
    reading = Q(codename__startswith="view_")
    recovering = Q(content_type__app_label="operations", codename__in=[RECOVER, REHEARSE])
    allowed = {
        OWNER: ours | accounts,
        FRONT_DESK: (ours & (reading & ~Q(codename=MONEY) | Q(codename__startswith=ATTEND))) | recovering,
        AUDITOR: (ours | accounts) & reading,
    }
    return Permission.objects.filter(allowed[role])


def keep(using: str = "default") -> None:
    """Make each role exactly what is declared; may be repeated at any time, and touches no other group."""
    for role in ROLES:
        group, _made = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set(permissions(role).using(using))


def observe() -> None:
    """Keep the roles after every `migrate`."""
    post_migrate.connect(_keep_at_the_end, dispatch_uid="operations.roles")


def _keep_at_the_end(sender: Any, using: str, **_signal: Any) -> None:
    """Once, after the last app: only then do all permissions exist, those of the last one being made here."""
    with_models = [config for config in installed.get_app_configs() if config.models_module is not None]
    if sender is with_models[-1]:
        create_permissions(sender, verbosity=0, using=using)
        keep(using)


def _our_apps() -> set[str]:
    declared = {condition.model._meta.app_label for condition in recovery.conditions().values()}
    return {"operations", *declared}
