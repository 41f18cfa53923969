"""Who may look at records of a model, and who may press a remedy."""

from __future__ import annotations

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model

from operations import reach
from operations.recovery import Remedy

ACT = "operations.recover"
REHEARSE = "operations.rehearse"
User = AbstractBaseUser | AnonymousUser


def may_view(user: User, model: type[Model]) -> bool:
    """Whether this person may read records of the model (Django's own view or change permission).

    Which of them is another question: `operations.reach` answers it.
    """
    codes = [get_permission_codename(action, model._meta) for action in ("view", "change")]
    is_allowed = any(_has(user, f"{model._meta.app_label}.{code}") for code in codes)
    return is_allowed and reach.may_meet(user, model)


def may_view_everywhere(user: User, model: type[Model]) -> bool:
    """Whether this person may read what is counted over the records of all locations, e.g. incidents."""
    return may_view(user, model) and not reach.is_limited(user)


def may_recover(user: User, remedy: Remedy) -> bool:
    """Whether this person may press this remedy."""
    return _has(user, remedy.permission)


def may_act(user: User, model: type[Model]) -> bool:
    """Whether this person may say "I am on it", write notes and promise about records of the model."""
    return may_view(user, model) and _has(user, ACT)


def may_work(user: User) -> bool:
    """Whether this person may look after incidents and take over a shift."""
    return _has(user, ACT)


def may_rehearse(user: User) -> bool:
    """Whether this person may break something on purpose, where that is allowed at all."""
    return _has(user, REHEARSE) and not reach.is_limited(user)


def _has(user: User, permission: str) -> bool:
    return bool(user.has_perm(permission))  # type: ignore[union-attr]
