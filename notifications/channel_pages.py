"""The desk's page of channels: what state each is in, why and since when, and the switches beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from notifications import channel_names, channels
from notifications.channel_switches import EMAIL, endpoint_of
from notifications.models import Channel, Delivery, WebhookEndpoint
from notifications.sms import SMS
from operations import switches
from operations.effects import EffectStatus
from operations.recovery import conditions
from operations.switchboard import (
    DeskPage,
    Lever,
    add_page,
    answer,
    framed,
    levers_of,
    may_view,
    see_other,
)

COUNT_CAP = 1000


@dataclass(frozen=True)
class Line:
    """One channel as the page shows it."""

    channel: Channel
    levers: list[Lever]

    @cached_property
    def endpoint(self) -> WebhookEndpoint | None:
        return endpoint_of(self.channel)

    @property
    def title(self) -> str:
        return channel_names.title(self.channel, self.endpoint)

    @property
    def anchor(self) -> str:
        return channel_names.anchor(self.channel)

    @property
    def endpoint_page(self) -> str:
        if self.endpoint is None:
            return ""
        return reverse("admin:notifications_webhookendpoint_change", args=[self.endpoint.pk])

    @property
    def is_paused_by_staff(self) -> bool:
        return self.channel.is_paused and self.channel.open_until is None

    @property
    def recipients_failing(self) -> int:
        return len(self.channel.failing_recipients)

    @cached_property
    def waiting(self) -> str:
        return self._count(Delivery.objects.due().filter(channel=self.channel.name))

    @cached_property
    def held(self) -> str:
        held = Delivery.objects.filter(channel=self.channel.name, status=EffectStatus.HELD)
        return self._count(held)

    @property
    def held_page(self) -> str:
        return f"{self.messages_page}&status__exact={EffectStatus.HELD}"

    @property
    def messages_page(self) -> str:
        return f"{reverse('admin:notifications_delivery_changelist')}?channel={self.channel.name}"

    def _count(self, found: Any) -> str:
        number = found[: COUNT_CAP + 1].count()
        return f"{COUNT_CAP}+" if number > COUNT_CAP else str(number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """GET: every channel. POST: press a switch of one."""
    if request.method == "POST":
        return _press(request)
    if not may_view(request.user, Channel):
        raise PermissionDenied
    return _page(request)


def _press(request: HttpRequest) -> HttpResponse:
    known = {channel.name for channel in _every()}
    name, code = request.POST.get("record", ""), request.POST.get("switch", "")
    switch = switches.of(Channel).get(code)
    if name not in known or switch is None:
        raise Http404
    return answer(
        request,
        switch,
        channels.find(name),
        again=lambda status, problem: _page(request, status, problem),
        then=lambda _done: see_other(reverse("admin:desk_channels")),
    )


def _page(request: HttpRequest, status: int = 200, problem: str = "") -> HttpResponse:
    typed = request.POST.dict() if problem else {}
    lines = [
        Line(
            channel, levers_of(request.user, channel, typed if typed.get("record") == channel.name else None)
        )
        for channel in _every()
    ]
    figures = settings.HOLDFAST
    context = {
        "title": _("Channels"),
        "lines": lines,
        "problem": problem,
        "figures": figures,
        "condition": conditions()["notifications.held"],
    }
    return framed(request, "desk/channels.html", context, status=status)


def _every() -> list[Channel]:
    """Those that have been used, and those that could be: e-mail first, endpoints last."""
    known = {channel.name: channel for channel in Channel.objects.all()}
    usable = [EMAIL, *([SMS] if settings.SMS_URL else [])]
    usable += [endpoint.channel for endpoint in WebhookEndpoint.objects.all()]
    names = [*usable, *(name for name in sorted(known) if name not in usable)]
    return [known.get(name) or Channel(name=name) for name in names]


add_page(
    DeskPage(
        path="channels",
        name="desk_channels",
        title=gettext_lazy("Channels"),
        view=page,
        may_see=lambda user: may_view(user, Channel),
    )
)
