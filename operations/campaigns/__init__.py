"""Campaigns: one remedy over many records, shown before it begins, tried on a few, and stopped in time."""
