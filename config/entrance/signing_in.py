"""Takes name and password by Django's own form; allauth then asks for the second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from config import error_pages, rate_limit


class SignIn(LoginView):
    """The fields are `username`, `password` and `next`, as scripts know them from Django."""

    template_name = "admin/login.html"
    authentication_form = AdminAuthenticationForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password is right: go on to the second factor, or in."""
        user = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        name = {"username": user.get_username()}
        response: HttpResponse = perform_password_login(self.request, name, login)
        return response


def locked_out(request: HttpRequest, *_response_and_credentials: Any) -> HttpResponse:
    """429: too many wrong passwords; the same answer whether or not there is such a user."""
    seconds: int = settings.HOLDFAST.login_lockout_seconds
    text = _("Too many wrong passwords. Please wait %(minutes)d minutes and try again.")
    return error_pages.too_many(request, seconds, text=text % {"minutes": -(-seconds // 60)}, keep=False)


def address(request: HttpRequest) -> str | None:
    """Whose failures are counted together: one address, or one subscriber's network."""
    return rate_limit.network_of(request)
