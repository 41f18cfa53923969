"""The pages of what a place consists of: what is lacking and where to go on, and no deleting of bookings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.availability import setup
from bookings.availability.asking import AsksAboutBookings
from bookings.booking import Booking
from bookings.places import Location

Links = list[tuple[str, str]]


class PlaceRecordAdmin(AsksAboutBookings):
    """A location, or what belongs to one: it knows the next step, and is switched off rather than deleted."""

    change_form_template = "availability/record_form.html"
    delete_confirmation_template = "availability/delete.html"
    delete_selected_confirmation_template = "availability/delete_selected.html"
    kept_by: ClassVar[str]
    """The look-up that leads from a booking to the record."""

    def place_of(self, record: Any) -> Location:
        """The location that the record is, or belongs to."""
        location: Location = record.location
        return location

    def steps(self, record: Any) -> list[setup.Step]:  # noqa: ARG002 - for the location to say
        """What is lacking, shown above the form."""
        return []

    def links(self, record: Any) -> Links:  # noqa: ARG002 - for others to say
        """The pages that belong to it, by their names."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """With the steps and the further pages of a record that exists."""
        record = kwargs.get("obj")
        if record is not None:
            context |= {"steps": self.steps(record), "links": self.links(record)}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._go_on(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._go_on(request, obj) or super().response_post_save_change(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """As ever; where there are bookings, that nothing can be deleted and what to do instead.

        Django would read every booking, event and message first, and then speak of permissions.
        """
        kept = [said for each in objs if (said := self._kept(each))]
        return ([], {}, set(), kept) if kept else super().get_deleted_objects(objs, request)

    def _kept(self, record: Any) -> str:
        number = Booking.objects.filter(**{self.kept_by: record}).distinct().count()
        if not number:
            return ""
        text = ngettext("%(name)s has %(n)s booking.", "%(name)s has %(n)s bookings.", number)
        return text % {"name": record, "n": number}

    def _go_on(self, request: HttpRequest, record: Any) -> HttpResponseRedirect | None:
        """Where the next step of setting the place up is done; None when nothing is lacking."""
        lacking = next((step for step in setup.steps(self.place_of(record)) if not step.is_done), None)
        if lacking is None:
            return None
        messages.info(request, _("What is lacking next: %(step)s") % {"step": lacking.text})
        return HttpResponseRedirect(lacking.page)
