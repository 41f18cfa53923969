"""The addresses of one's own account, below /admin/; what allauth could do beside is not among them."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.generic import RedirectView

from config.entrance.second_factor import protected

KEY = r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)"

LOG_IN = RedirectView.as_view(pattern_name="admin:login", query_string=True)
FORGOTTEN = RedirectView.as_view(pattern_name="account_reset_password")

urlpatterns = [
    path("login/", LOG_IN, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", protected(account.password_change), name="account_change_password"),
    path("password/forgotten/", account.password_reset, name="account_reset_password"),
    path("password/forgotten/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/changed/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    re_path(
        rf"^password/forgotten/{KEY}/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("second-factor/", protected(factors.index), name="mfa_index"),
    path("second-factor/give/", factors.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/set-up/", protected(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/remove/", protected(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-factor/codes/", protected(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        protected(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/download/",
        protected(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
