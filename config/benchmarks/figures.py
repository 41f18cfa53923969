"""A measured figure, what it is compared with, and how both are printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Figure:
    """One line of the report; `goal` is what design or an issue asks for, in words."""

    name: str
    value: float
    unit: str
    goal: str = ""


def percentile(values: Iterable[float], percent: int) -> float:
    """The percentile by linear interpolation; at least two values."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | measured | to reach |", "|---|---|---|"]
    lines += [f"| {each.name} | {_number(each.value)} {each.unit} | {each.goal} |" for each in figures]
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
