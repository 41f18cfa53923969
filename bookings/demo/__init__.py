"""What a demonstration shows: seven places from all over the world and a believable week at each."""

DRILLS: tuple[str, ...] = ()
"""Faults that `manage.py drill` makes for real, so that the desk has something to show."""
