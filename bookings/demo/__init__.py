"""What a demonstration shows: seven places from all over the world and a believable week at each."""

DRILLS = ("failed_booking", "stuck_submission", "wrong_address", "lost_answer")
"""Faults that `manage.py drill` makes for real, so that the desk has something to show."""
