"""How much is measured: enough for figures that hold, or just enough to see that all of it works."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """`seconds` is how long each throughput is watched, `workers` how many may send at once, in turn."""

    forms_per_client: int
    seconds: float
    probes: int
    backlog: int
    desk_bookings: int
    workers: tuple[int, ...] = (1, 2, 4)


FULL = Size(forms_per_client=250, seconds=8, probes=100, backlog=100_000, desk_bookings=1_000_000)
SHORT = Size(forms_per_client=25, seconds=2, probes=10, backlog=5_000, desk_bookings=20_000, workers=(1, 4))
