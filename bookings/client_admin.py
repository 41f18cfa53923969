"""The programs of partners as staff see and steer them: a key is shown when it is made, and never again."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import secret_keys
from bookings.clients import PUBLIC, ApiClient
from operations.switchboard import SwitchedAdmin
from operations.switches import Switch, register


class ClientForm(forms.Form):
    """A client to be made."""

    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=40,
        validators=[validate_slug],
        help_text=gettext_lazy("Stands in the record of each call, e.g. city-guide."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def clean_slug(self) -> str:
        """One that nobody has; the database refuses it once more."""
        slug: str = self.cleaned_data["slug"]
        if slug == PUBLIC or ApiClient.objects.filter(slug=slug).exists():
            raise ValidationError(_("This short name is taken."))
        return slug


MAKE = secret_keys.make(
    ApiClient,
    ApiClient.renew_key,
    title=gettext_lazy("Make the client"),
    says=gettext_lazy("Its key is shown once, on the next page."),
    done=gettext_lazy("The client is made."),
)
RENEW = secret_keys.renewed(
    ApiClient,
    ApiClient.renew_key,
    title=gettext_lazy("Give it a new key"),
    says=gettext_lazy(
        "Shows the new key once. The old one stops working at once; who was shut out is let in again."
    ),
    done=gettext_lazy("The client has a new key."),
)
REVOKE = secret_keys.revoked(
    ApiClient,
    gettext_lazy("It is shut out already."),
    title=gettext_lazy("Revoke its key"),
    says=gettext_lazy("Its calls are refused from now on. What it has booked stays."),
    done=gettext_lazy("The client is shut out."),
)
register(MAKE, RENEW, REVOKE)


class ApiClientAdmin(SwitchedAdmin):
    maker: ClassVar[Switch | None] = MAKE
    add_form = ClientForm
    record_template = "desk/client.html"
    list_display = ("name", "slug", "is_active", "created_at")
    list_filter = ("is_active",)
    ordering = ("name", "id")
