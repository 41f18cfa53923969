"""Lets somebody new choose their own password: a link by mail, the one that forgotten passwords get too."""

from __future__ import annotations

from functools import partial

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse


def invite(request: HttpRequest, user: User) -> None:
    """Mail the link when the account is committed; it works once, and for PASSWORD_RESET_TIMEOUT seconds."""
    transaction.on_commit(partial(_send, request, user))


def _send(request: HttpRequest, user: User) -> None:
    adapter = get_adapter(request)
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    told = {
        "username": user.get_username(),
        "link": adapter.get_reset_password_from_key_url(f"{user_pk_to_url_str(user)}-{key}"),
        "again": reverse("account_reset_password"),
    }
    adapter.send_mail("account/email/invitation", user.email, told)
