"""Calendar feeds as staff make, renew and revoke them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, ClassVar

from django import forms
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import secret_keys
from bookings.feeds import CalendarFeed
from bookings.places import Location
from bookings.resources import Resource
from operations import reach
from operations.switchboard import SwitchedAdmin
from operations.switches import Switch, register


class GroupedByPlace(ModelChoiceIterator):
    """The choices under the name of the place that each belongs to."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        listed = self.queryset.order_by("location__name", "location_id", "position", "id")
        for place, those in groupby(listed, key=lambda resource: resource.location):
            yield (place.name, [self.choice(each) for each in those])


class ByPlace(forms.ModelChoiceField[Any]):
    """People and rooms of several places; the name alone may stand for two of them."""

    iterator = GroupedByPlace

    def label_from_instance(self, obj: Any) -> str:
        """The name with the place, which a reader of the chosen line does not see otherwise."""
        return f"{obj.name} · {obj.location.name}"


class FeedForm(forms.Form):
    """A feed to be made."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Whose phone or screen reads it, e.g. Lena's phone."),
    )
    location = forms.ModelChoiceField(Location.objects.filter(is_active=True), label=gettext_lazy("Location"))
    resource = ByPlace(
        Resource.objects.filter(is_active=True, location__is_active=True).select_related("location"),
        label=gettext_lazy("Person or room"),
        required=False,
        empty_label=gettext_lazy("everybody there"),
        help_text=gettext_lazy("Somebody of the location that is chosen above."),
    )

    def clean(self) -> dict[str, Any]:
        """A person of that very place; both by their ids, as what is pressed is kept."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        location, resource = cleaned.get("location"), cleaned.get("resource")
        if location and resource and resource.location_id != location.pk:
            self.add_error(
                "resource",
                _("%(name)s belongs to %(place)s.")
                % {"name": resource.name, "place": resource.location.name},
            )
        return {
            "name": cleaned.get("name", ""),
            "location_id": location.pk if location else None,
            "resource_id": resource.pk if resource else None,
        }


MAKE = secret_keys.make(
    CalendarFeed,
    CalendarFeed.renew_address,
    title=gettext_lazy("Make the feed"),
    says=gettext_lazy("Its secret address is shown once, on the next page. Whoever has it can read it."),
    done=gettext_lazy("The feed is made."),
)
RENEW = secret_keys.renewed(
    CalendarFeed,
    CalendarFeed.renew_address,
    title=gettext_lazy("Give it a new address"),
    says=gettext_lazy("Shows the new address once. The old one stops working at once."),
    done=gettext_lazy("The feed has a new address."),
)
REVOKE = secret_keys.revoked(
    CalendarFeed,
    gettext_lazy("It is shut already."),
    title=gettext_lazy("Shut it"),
    says=gettext_lazy("Nobody can read it from now on. A phone keeps what it has read until it asks again."),
    done=gettext_lazy("The feed is shut."),
)
register(MAKE, RENEW, REVOKE)


class CalendarFeedAdmin(SwitchedAdmin):
    maker: ClassVar[Switch | None] = MAKE
    add_form = FeedForm
    record_template = "desk/feed.html"
    list_display = ("name", "location", "resource", "is_active", "created_at")
    list_filter = ("is_active", "location")
    list_select_related = ("location", "resource")
    ordering = ("location__name", "name", "id")

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        """Not for somebody limited to some locations: the form offers all of them."""
        return super().has_add_permission(request, *parent) and not reach.is_limited(request.user)
