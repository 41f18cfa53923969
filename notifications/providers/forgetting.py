"""Empties the wording of reports that are settled: it names people, and nothing needs it any more."""

from __future__ import annotations

from notifications.providers.events import ProviderEvent

BATCH = 1000


def forget_wording() -> int:
    """Empty `raw` of what was settled long ago, never of what is open; returns of how many.

    What it said, of whom and of which message stays, and so does its id: the same report is never new.
    """
    forgotten = 0
    while batch := list(
        ProviderEvent.objects.forgettable().order_by("received_at")[:BATCH].values_list("pk")
    ):
        ids = [pk for (pk,) in batch]
        forgotten += ProviderEvent.objects.forgettable().filter(pk__in=ids).update(raw="")
    return forgotten
