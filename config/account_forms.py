"""The forms for people who log in: who they are and what they do here, and no table of permissions."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.models import Location

NEW_PASSWORD = {"autocomplete": "new-password"}
ROLES = _(
    "Owner: everything, accounts included. Front desk: the daily work, no settings and no money."
    " Auditor: reads everything and changes nothing."
)


class WhoAndWhat(forms.ModelForm[User]):
    """The words that both forms share."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, help_text in (
            ("username", _("User name"), _("What they type to log in. Letters, digits and @ . + - _")),
            ("groups", _("Roles"), ROLES),
            ("is_staff", _("May log in"), _("Off: the account is kept and opens nothing.")),
            ("is_active", _("In use"), _("Take this away instead of deleting somebody who leaves.")),
        ):
            if name in self.fields:
                self.fields[name].label, self.fields[name].help_text = label, help_text
        if "groups" in self.fields:
            self.fields["groups"].widget.can_add_related = False

    def clean_email(self) -> str:
        """One account for an address: a link for a forgotten password must open only one."""
        email: str = self.cleaned_data["email"]
        others = User.objects.exclude(pk=self.instance.pk)
        if email and email != self.initial.get("email") and others.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody else has this address already."))
        return email


class NewAccountForm(WhoAndWhat):
    """Somebody new, who may log in unless that is taken away."""

    locations = forms.ModelMultipleChoiceField(
        Location.objects.all(),
        label=_("Works only at"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everywhere."),
    )
    password1 = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        help_text=_("Leave it empty: a link to choose one goes to the e-mail address."),
    )
    password2 = forms.CharField(
        label=_("Password again"), required=False, strip=False, widget=forms.PasswordInput(NEW_PASSWORD)
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups", "is_staff")
        widgets: ClassVar[dict[str, Any]] = {"groups": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_staff"].initial = True

    @property
    def is_invited(self) -> bool:
        """Whether they choose their password themselves."""
        return not self.cleaned_data.get("password1")

    def clean(self) -> dict[str, Any]:
        """A password typed twice, or an address for the link."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("password1", ""), cleaned.get("password2", "")
        if first != second:
            self.add_error("password2", _("The two are not the same."))
        elif not first and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Where should the link go? Or type a password for them."))
        return cleaned

    def save(self, commit: bool = True) -> User:
        """With the password, or with none that opens until they chose one."""
        if self.is_invited:
            self.instance.set_unusable_password()
        else:
            self.instance.set_password(self.cleaned_data["password1"])
        return super().save(commit)

    def _post_clean(self) -> None:
        """The password is judged once the account has its name and address, which it must not be like."""
        super()._post_clean()  # type: ignore[misc]
        password = self.cleaned_data.get("password1")
        if password and password == self.cleaned_data.get("password2"):
            try:
                password_validation.validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password1", error)


class AccountForm(WhoAndWhat, UserChangeForm[User]):
    """Somebody who is there already; the password has a page of its own."""

    class Meta:
        model = User
        fields = (
            *("username", "first_name", "last_name", "email", "groups", "is_staff", "is_active"),
            *("is_superuser", "user_permissions"),
        )
        widgets: ClassVar[dict[str, Any]] = {"groups": forms.CheckboxSelectMultiple}
