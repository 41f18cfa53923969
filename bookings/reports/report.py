"""Puts a report together: for whom, about which places and dates, with or without money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bookings.offerings import Service
from bookings.places import Location
from bookings.reports import figures, offered, tables
from bookings.reports.figures import Figures
from bookings.reports.periods import Period
from bookings.reports.tables import Table
from bookings.resources import Resource


@dataclass(frozen=True)
class Report:
    """What was asked for and what there is to tell."""

    period: Period
    locations: list[Location]
    figures: Figures
    tables: dict[str, Table]

    @property
    def lead_days(self) -> float | None:
        """How many days ahead half of them are booked at least."""
        lead = self.figures.lead
        return None if lead is None else round(lead / timedelta(days=1), 1)

    @property
    def used(self) -> int | None:
        """How much of the offered time of people and rooms was booked, in percent."""
        rows = [row for row in self.tables["people"].rows if row[-2]]
        total = sum(row[-2] for row in rows)
        return round(100 * sum(row[-3] for row in rows) / total) if total else None


def make(locations: list[Location], period: Period, *, with_money: bool) -> Report:
    """A report about these locations; seven queries, however much there is to count."""
    counted = figures.count([each.pk for each in locations], period)
    resources = list(
        Resource.objects.filter(location__in=locations)
        .select_related("location")
        .order_by("location__name", "kind", "position", "id")
    )
    services = Service.objects.filter(location__in=locations).select_related("location").in_bulk()
    minutes = offered.minutes(locations, resources, period)
    currencies = sorted(counted.whole.revenue) if with_money else []
    is_many = len(locations) > 1
    made = [
        tables.summary(counted, currencies),
        tables.weeks(counted, currencies),
        tables.services(counted, services, currencies, is_many),
        tables.people(counted, resources, minutes, currencies, is_many),
        tables.hours(counted),
    ]
    return Report(period, locations, counted, {table.code: table for table in made})
