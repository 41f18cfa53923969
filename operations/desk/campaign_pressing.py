"""Answers the buttons of a campaign: the press of any remedy, and the page of the campaign after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from operations.campaigns import control
from operations.campaigns.campaign import Campaign
from operations.desk import campaign_pages, pages, press
from operations.desk.pressing import Pressing
from operations.recovery import Remedy


@dataclass(frozen=True, kw_only=True)
class AnyState(press.Press):
    """A press that holds whatever the campaign has come to meanwhile: nobody waits with a stop."""

    @property
    def payload(self) -> dict[str, Any]:
        return {name: value for name, value in super().payload.items() if name != "version"}


class CampaignPressing(Pressing):
    """A POST to a campaign's page."""

    def _may_press(self, remedy: Remedy) -> bool:
        treats = campaign_pages.may_treat(self.request.user, self.record)
        return super()._may_press(remedy) and (treats or remedy not in campaign_pages.STARTING)

    def _read(self, remedy: Remedy) -> press.Press:
        pressed = super()._read(remedy)
        if remedy is not control.STOP:
            return pressed
        return AnyState(**{**vars(pressed), "version": self.record.version})

    def _list(self, text: str) -> HttpResponse:
        messages.success(self.request, text)
        return pages.see_other(campaign_pages.page_of(self.record))

    def _again(self, status: int, problem: str, remedy: Remedy | None = None, **told: Any) -> HttpResponse:
        fresh = Campaign.objects.get(pk=self.record.pk)
        typed = {name: value for name, value in self.request.POST.items() if name != "csrfmiddlewaretoken"}
        told |= {"problem": problem, "pressed": remedy.code if remedy else "", "typed": typed}
        return campaign_pages.of_campaign(self.request, fresh, status=status, **told)
