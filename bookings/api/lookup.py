"""Finds what an address or a body names, or says precisely what is missing."""

from __future__ import annotations

from django.http import Http404

from bookings.api import problems
from bookings.api.problems import Problem
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource
from bookings.views import lookup
from bookings.waitlist.entry import WaitEntry


def location(slug: str) -> Location:
    """The active location; raises the problem of an unknown place."""
    try:
        return lookup.location(slug)
    except Http404 as missing:
        raise Problem(problems.UNKNOWN_PLACE) from missing


def service(location_slug: str, slug: str) -> Service:
    """The active service with its location; raises the problem of an unknown place."""
    try:
        return lookup.service(location_slug, slug)
    except Http404 as missing:
        raise Problem(problems.UNKNOWN_PLACE) from missing


def resource(of: Service, slug: str | None) -> Resource | None:
    """The person or room that was asked for; None, or nothing between the quotes, means anyone."""
    found = lookup.resource(of, slug or "")
    if slug and found is None:
        raise Problem(
            problems.INVALID, errors=[{"pointer": "#/resource", "detail": "There is no such resource."}]
        )
    return found


def booking(token: str) -> Booking:
    """The booking with this token as it is now."""
    try:
        return lookup.booking(token)
    except Http404 as missing:
        raise Problem(problems.UNKNOWN_BOOKING) from missing


def enquiry(token: str) -> Enquiry:
    """The enquiry with this token as it is now."""
    try:
        return Enquiry.objects.select_related("location").get(token=token)
    except Enquiry.DoesNotExist as missing:
        raise Problem(problems.UNKNOWN_ENQUIRY) from missing


def wait_entry(token: str) -> WaitEntry:
    """The place on the wait list with this token as it is now."""
    entries = WaitEntry.objects.select_related("location", "service__location", "resource", "booking")
    try:
        return entries.get(token=token)
    except WaitEntry.DoesNotExist as missing:
        raise Problem(problems.UNKNOWN_WAIT) from missing
