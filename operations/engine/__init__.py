"""The door to the engine: claims due effects, lets somebody act on them, and records what came of it."""

from operations.engine.acting import Act, Observe, attempt, work_through
from operations.engine.leases import LeaseLost, claim, end_leases, mark_handover
from operations.engine.outcomes import (
    Receipt,
    acknowledge,
    first_handover,
    hand_back,
    reclaim,
    record_failure,
)

__all__ = [
    "Act",
    "LeaseLost",
    "Observe",
    "Receipt",
    "acknowledge",
    "attempt",
    "claim",
    "end_leases",
    "first_handover",
    "hand_back",
    "mark_handover",
    "reclaim",
    "record_failure",
    "work_through",
]
