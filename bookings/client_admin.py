"""The programs of partners as staff see and steer them: a key is shown when it is made, and never again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.clients import PUBLIC, ApiClient
from operations.switchboard import SwitchedAdmin
from operations.switches import Done, Switch, register
from operations.workflow import Operation


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


def mark(client: ApiClient) -> str:
    """In which state a client is; the hash is of 256 random bits, and only its beginning is shown."""
    return f"{client.is_active}/{client.key_hash[:8]}"


def _make(_none: Any, _operation: Operation, fields: Mapping[str, Any]) -> Done:
    client = ApiClient(**fields)
    key = client.renew_key()
    client.save(force_insert=True)
    return Done(client, shown_once=key)


def _renew(client: ApiClient, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
    key = client.renew_key()
    client.is_active = True
    client.save(update_fields=["key_hash", "is_active"])
    return Done(client, shown_once=key)


def _revoke(client: ApiClient, _operation: Operation, _answers: Mapping[str, Any]) -> Done:
    client.is_active = False
    client.save(update_fields=["is_active"])
    return Done(client)


MAKE = Switch(
    code="make",
    model=ApiClient,
    title=gettext_lazy("Make the client"),
    says=gettext_lazy("Its key is shown once, on the next page."),
    done=gettext_lazy("The client is made."),
    permission="bookings.add_apiclient",
    apply=_make,
    needs_reason=False,
    makes=True,
)
RENEW = Switch(
    code="renew",
    model=ApiClient,
    title=gettext_lazy("Give it a new key"),
    says=gettext_lazy(
        "Shows the new key once. The old one stops working at once; who was shut out is let in again."
    ),
    done=gettext_lazy("The client has a new key."),
    permission="bookings.renew_apiclient",
    apply=_renew,
    mark=mark,
    is_weighty=True,
)
REVOKE = Switch(
    code="revoke",
    model=ApiClient,
    title=gettext_lazy("Revoke its key"),
    says=gettext_lazy("Its calls are refused from now on. What it has booked stays."),
    done=gettext_lazy("The client is shut out."),
    permission="bookings.revoke_apiclient",
    apply=_revoke,
    mark=mark,
    refuses=lambda client: "" if client.is_active else _("It is shut out already."),
    is_weighty=True,
)
register(MAKE, RENEW, REVOKE)


class ApiClientAdmin(SwitchedAdmin):
    maker: ClassVar[Switch | None] = MAKE
    add_form = ClientForm
    record_template = "desk/client.html"
    list_display = ("name", "slug", "is_active", "created_at")
    list_filter = ("is_active",)
    ordering = ("name", "id")
