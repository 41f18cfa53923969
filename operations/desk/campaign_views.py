"""The addresses of campaigns: choose what to do to which records, look what it would do, watch it go."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from operations import intents, reach, recovery
from operations.campaigns import previewing
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import ItemState
from operations.campaigns.selection import HOURS, HOURS_OFFERED, Selection, treatable
from operations.desk import campaign_pages, counts, names, pages, permits, press, refusing
from operations.desk.campaign_pressing import CampaignPressing
from operations.errors import HoldfastError
from operations.history import Actor, Operation, Source
from operations.recovery import Condition, Remedy

SCOPE = "desk:campaign"
LIST_COUNT = 50


@never_cache
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns that this person may see, newest first."""
    if not permits.may_view(request.user, Campaign):
        return pages.denied(request, recovery.conditions()["operations.campaign_under_way"])
    within = reach.within(request.user, Campaign.objects.all())
    listed = [each for each in within.order_by("-created_at")[:LIST_COUNT] if _may_see(request, each)]
    context = {
        "title": _("Campaigns"),
        "campaigns": [campaign_pages.progress(each) for each in listed],
        "names": names.of(each.user_id for each in listed),
    }
    return pages.framed(request, "desk/campaigns/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Which records of a condition, and what to do to them; a POST prepares it and does nothing yet."""
    try:
        condition = recovery.conditions()[code]
    except KeyError:
        raise Http404 from None
    if not permits.may_view(request.user, condition.model):
        return pages.denied(request, condition)
    if request.method != "POST":
        return _ask(request, condition)
    remedy = {each.code: each for each in treatable(condition)}.get(request.POST.get("remedy", ""))
    if remedy is None:
        return _ask(request, condition, 422, _("Please choose what to do."))
    if not permits.may_recover(request.user, remedy):
        refusing.note(request, condition, 0, remedy.code)
        return pages.denied(request, condition, remedy)
    try:
        campaign = _prepare(request, condition, remedy)
    except press.Incomplete as error:
        return _ask(request, condition, 422, str(error))
    except HoldfastError as error:
        return _ask(request, condition, 409, str(error))
    return pages.see_other(campaign_pages.page_of(campaign))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """What it will do, how far it has come, and its buttons."""
    found, refusal = _find(request, pk)
    if refusal:
        return refusal
    if request.method != "POST":
        return campaign_pages.of_campaign(request, found)
    condition = recovery.conditions().get(request.POST.get("condition", ""))
    if condition is None or condition.model is not Campaign:
        condition = _standing(found)
    return CampaignPressing(request, condition, found).answer()


@never_cache
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that keeps itself up to date; another version of it needs the whole page."""
    found, refusal = _find(request, pk)
    if refusal:
        return refusal
    context = {"campaign": found, "progress": campaign_pages.progress(found)}
    answer = render(request, "desk/campaigns/parts/progress.html", context)
    if request.GET.get("version") != str(found.version):
        answer["HX-Refresh"] = "true"
    return answer


@never_cache
@require_safe
def ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """One line for each record."""
    found, refusal = _find(request, pk)
    if refusal:
        return refusal
    items, state, after = found.items.all(), request.GET.get("state", ""), request.GET.get("after", "")
    if state in ItemState.values:
        items = items.filter(state=state)
    if after.isascii() and after.isdecimal() and len(after) < 9:
        items = items.filter(position__gt=int(after))
    lines = campaign_pages.lines(found, items, campaign_pages.LINE_COUNT + 1)
    shown = lines[: campaign_pages.LINE_COUNT]
    context = {
        "title": _("Ledger"),
        "campaign": found,
        "lines": shown,
        "state": state,
        "states": [("", _("All")), *ItemState.choices],
        "following": shown[-1].item.position if len(lines) > len(shown) else None,
    }
    return pages.framed(request, "desk/campaigns/ledger.html", context)


def offered(user: permits.User, condition: Condition) -> list[Remedy]:
    """What this person may do to many records of the condition at once."""
    return [remedy for remedy in treatable(condition) if permits.may_recover(user, remedy)]


def _ask(request: HttpRequest, condition: Condition, status: int = 200, problem: str = "") -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    selection = Selection(condition, _user(request), data.dict())
    named = recovery.introduction(condition.model).narrowed_by
    options = selection.options()
    count = counts.count(selection.records())
    context = {
        "title": _("Treat many at once"),
        "condition": condition,
        "count": count,
        "choices": [
            (name, title, options[name], selection.chosen.get(name, "")) for name, title in named.items()
        ],
        "hours": [(str(hours), selection.chosen.get(HOURS) == str(hours)) for hours in HOURS_OFFERED],
        "chosen": selection.chosen,
        "remedies": offered(request.user, condition),
        "typed": data,
        "request_id": data.get("request_id") if problem else intents.issue(),
        "problem": problem,
    }
    return pages.framed(request, "desk/campaigns/choose.html", context, status=status)


def _prepare(request: HttpRequest, condition: Condition, remedy: Remedy) -> Campaign:
    data = request.POST
    given = {name: data.get(f"{remedy.code}-{name}", "") for name in remedy.asks}
    _reason, answers = press.typed(remedy, given | {"reason": "asked for when it is started"})
    number = intents.read(data.get("request_id", ""), SCOPE)
    operation = Operation(
        actor=Actor.STAFF, source=Source.DESK, request_id=number.key, user_id=_user(request).pk
    )
    selection = Selection(condition, _user(request), data.dict())
    return previewing.prepare(number, selection, remedy, answers, operation).campaign


def _find(request: HttpRequest, pk: int) -> tuple[Campaign, HttpResponse | None]:
    """The campaign, and the refusal to show it to this person."""
    found = Campaign.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    if _may_see(request, found) and reach.holds(request.user, found):
        return found, None
    return found, refusing.unseen(request, _standing(found), found)


def _may_see(request: HttpRequest, campaign: Campaign) -> bool:
    """Whoever may look at campaigns and at the records that it is about."""
    is_known = campaign.way is None or permits.may_view(request.user, campaign.way[0].model)
    return is_known and permits.may_view(request.user, Campaign)


def _standing(campaign: Campaign) -> Condition:
    """The condition that covers its state; one that has ended is told about as one under way."""
    of_campaigns = [each for each in recovery.conditions().values() if each.model is Campaign]
    covering = [each for each in of_campaigns if campaign.status in each.covers]
    return (covering or [recovery.conditions()["operations.campaign_under_way"]])[0]


def _user(request: HttpRequest) -> Any:
    return request.user
