"""Where staff write a place's own texts, and see every message before anybody gets it."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bookings import placeholders, previews, text_overview
from bookings.message_texts import MessageText
from bookings.places import Location
from bookings.text_forms import EDITABLE, DraftForm, MessageTextForm
from notifications import kinds
from operations import reach
from operations.console import QuickAdmin

FRAMED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
DRAFTS, MOST_DRAFTS = "message_text_drafts", 5


class MessageTextAdmin(QuickAdmin):
    form = MessageTextForm
    change_form_template = "desk/message_text.html"

    def get_urls(self) -> list[Any]:
        """The texts, and the previews beside them."""
        wrap = self.admin_site.admin_view
        own: list[URLPattern] = [
            path("previews/", wrap(self.list_previews), name="bookings_previews"),
            path("preview/", wrap(self.show_preview), name="bookings_preview"),
            path("preview/html/", wrap(self.show_framed), name="bookings_preview_html"),
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every kind of message of one place in one language, whoever says it."""
        self._may_look(request)
        places = list(reach.within(request.user, Location.objects.all()))
        wanted = request.GET.get("location__id__exact", "")
        location = next((each for each in places if str(each.pk) == wanted), places[0] if places else None)
        context: dict[str, Any] = {
            "title": _("Texts of messages"),
            "locations": places,
            "location": location,
            "may_add": self.has_add_permission(request),
            **(extra_context or {}),
        }
        if location:
            tongues = text_overview.tongues(location)
            asked = request.GET.get("language", "")
            language = asked if asked in {each.code for each in tongues} else tongues[0].code
            lines = text_overview.lines(location, language)
            context |= {"tongues": tongues, "language": language, "lines": lines}
        return self._page(request, "desk/message_texts.html", context)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:  # noqa: ARG002
        return self._back_to(obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:  # noqa: ARG002
        return self._back_to(obj)

    def _back_to(self, text: MessageText) -> HttpResponseRedirect:
        """The other messages of that place in that language."""
        query = urlencode({"location__id__exact": str(text.location_id), "language": text.language})
        return HttpResponseRedirect(f"{reverse('admin:bookings_messagetext_changelist')}?{query}")

    def list_previews(self, request: HttpRequest) -> HttpResponse:
        """Every place with every kind of message."""
        self._may_look(request)
        codes = (*EDITABLE, *previews.OF_STAFF)
        context = {
            "title": _("Every message, before anybody gets it"),
            "locations": reach.within(request.user, Location.objects.all()),
            "kinds": [(code, kinds.title(code)) for code in codes],
        }
        return self._page(request, "desk/previews.html", context)

    def show_preview(self, request: HttpRequest) -> HttpResponse:
        """GET: one message. POST: keep what is typed in the form for a look, and lead there."""
        self._may_look(request)
        if request.method == "POST":
            return self._take_draft(request)
        location, kind, draft = self._asked(request)
        context: dict[str, Any] = {
            "location": location,
            "kind": kinds.title(kind),
            "is_draft": draft is not None,
            "query": request.GET.urlencode(),
        }
        try:
            context["preview"] = self._show(request, location, kind, draft)
        except placeholders.Unfillable as error:
            context["broken"] = error.piece
        return self._page(request, "desk/preview.html", {"title": context["kind"], **context})

    @property
    def show_framed(self) -> Any:
        """The HTML of the message alone, without scripts and without our origin."""

        @xframe_options_sameorigin
        def html(request: HttpRequest) -> HttpResponse:
            self._may_look(request)
            try:
                shown = self._show(request, *self._asked(request)).content.html
            except placeholders.Unfillable as error:
                raise Http404 from error
            return HttpResponse(shown, headers={"Content-Security-Policy": FRAMED})

        return html

    def _may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _show(
        self, request: HttpRequest, location: Location, kind: str, draft: MessageText | None
    ) -> previews.Preview:
        needed = "bookings.view_enquiry" if kind.startswith("enquiry_") else "bookings.view_booking"
        with_people = request.user.has_perm(needed)
        return previews.show(location, kind, draft=draft, with_people=with_people)

    def _asked(self, request: HttpRequest) -> tuple[Location, str, MessageText | None]:
        """Which place, which message and which draft; raises Http404."""
        slug, kind = request.GET.get("location", ""), request.GET.get("kind", "")
        places = reach.within(request.user, Location.objects.all())
        location = next((place for place in places if place.slug == slug), None)
        if location is None or kind not in (*EDITABLE, *previews.OF_STAFF):
            raise Http404
        name = request.GET.get("draft", "")
        typed = request.session.get(DRAFTS, {}).get(name) if name else None
        if name and typed is None:
            raise Http404(_("This draft is not kept any more. Press Preview in its form once more."))
        return location, kind, MessageText(location=location, kind=kind, **typed) if typed else None

    def _take_draft(self, request: HttpRequest) -> HttpResponse:
        form = DraftForm(request.POST)
        form.fields["location"].queryset = reach.within(  # type: ignore[attr-defined]
            request.user, Location.objects.all()
        )
        if not form.is_valid():
            context = {"title": _("This cannot be shown yet"), "form": form}
            return self._page(request, "desk/preview.html", context, status=422)
        typed = form.cleaned_data
        name, kept = secrets.token_hex(4), request.session.get(DRAFTS, {})
        newest = dict(list(kept.items())[1 - MOST_DRAFTS :])
        draft = {key: typed[key] for key in ("language", "subject", "intro")}
        request.session[DRAFTS] = newest | {name: draft}
        query = {"location": typed["location"].slug, "kind": typed["kind"], "draft": name}
        response = HttpResponseRedirect(f"{reverse('admin:bookings_preview')}?{urlencode(query)}")
        response.status_code = 303
        return response

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, context, status=status)
