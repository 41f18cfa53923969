"""What is asked about a new endpoint; its address is looked up before anything is sent there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.outside import addresses
from notifications.webhooks import subjects
from notifications.webhooks.endpoints import validate_url
from operations import reach
from operations.reach import Places

LOOK_UP_SECONDS = 5.0


class EndpointForm(forms.Form):
    """An endpoint to be added; nothing chosen among the types means all of them."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        validators=[validate_url],
        help_text=gettext_lazy(
            "A whole https:// address. Only its host is shown afterwards: the rest can be a secret."
        ),
        widget=forms.TextInput({"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("What you call it, e.g. CRM."),
    )
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing ticked: everything."),
    )
    location = forms.ChoiceField(label=gettext_lazy("Location"), required=False)
    includes_customer = forms.BooleanField(
        label=gettext_lazy("Say who the customer is"),
        required=False,
        help_text=gettext_lazy("Sends the customer's name, e-mail address, telephone and notes along."),
    )

    def __init__(self, *args: Any, places: Places | None = None, **kwargs: Any) -> None:
        """`places`: the slugs that somebody is limited to, of which one has to be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["event_types"].choices = [(told, told) for told in subjects.event_types()]  # type: ignore[attr-defined]
        offered = [(slug, name) for slug, name in reach.names().items() if places is None or slug in places]
        everywhere = [("", gettext_lazy("everywhere"))] if places is None else []
        self.fields["location"].choices = everywhere + offered  # type: ignore[attr-defined]
        self.fields["location"].required = places is not None

    def clean_url(self) -> str:
        """Refuse what leads into our own network; each call looks again, because names can move."""
        url: str = self.cleaned_data["url"]
        if settings.WEBHOOK_ALLOW_PRIVATE:
            return url
        parts = urlsplit(url)
        try:
            found = addresses.resolve(str(parts.hostname), parts.port or 443, LOOK_UP_SECONDS)
        except addresses.NameNotFound as error:
            raise ValidationError(
                _("The name of this host is not known: %(why)s") % {"why": error}
            ) from error
        if not found or not all(addresses.is_public(address) for address in found):
            raise ValidationError(
                _("This leads into a private network. Give a public address or set %(how)s.")
                % {"how": "HOLDFAST_WEBHOOK_ALLOW_PRIVATE=1"}
            )
        return url
