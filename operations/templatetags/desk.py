"""Lets the desk's templates say moments and numbers in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations import intents
from operations.desk import charts, further_pages, names, spans
from operations.desk.course import Stretch
from operations.desk.further_pages import DeskPage
from operations.desk.permits import User

register = template.Library()


@register.simple_tag
def moment(value: datetime | None, zone: str = "") -> SafeString | str:
    """The wall time at a place with the name of its zone, readable for machines too."""
    if value is None:
        return "—"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), spans.zoned(value, zone))


@register.simple_tag
def bare_moment(value: datetime, zone: str = "") -> SafeString:
    """The wall time at a place whose zone is named nearby, with the exact moment behind it."""
    exact = value.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', exact, exact, spans.clock(value, zone))


@register.simple_tag
def distance(value: datetime | None) -> SafeString | str:
    """How far away it is, with the exact moment behind it."""
    if value is None:
        return "—"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        spans.zoned(value),
        spans.relative(value),
    )


@register.simple_tag
def age(value: datetime) -> SafeString:
    """For how long it has been so, with the exact moment behind it."""
    length = spans.span(timezone.now() - value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), spans.zoned(value), length
    )


@register.simple_tag
def zone_name(zone: str = "") -> str:
    """By which clock moments without a zone beside them are told."""
    return spans.zone(zone).key


@register.simple_tag
def length_of(seconds: int) -> str:
    """So many seconds in words."""
    return spans.span(timedelta(seconds=seconds))


@register.simple_tag
def request_id() -> str:
    """A fresh number for a form, so that pressing twice does it once."""
    return intents.issue()


@register.simple_tag
def person(pk: int | None) -> str:
    """The name of somebody of the staff; empty for nobody."""
    return names.of([pk]).get(pk or 0, "")


@register.simple_tag
def further_pages_for(user: User) -> list[DeskPage]:
    """The pages that other apps add to the desk and this person may see."""
    return [page for page in further_pages.every() if page.may_see(user)]


@register.simple_tag
def stretch_name(stretch: Stretch) -> str:
    """What an hour or a day of a chart is called, in UTC."""
    return charts.name(stretch)
