"""Campaigns: shown before they begin, tried on a few, paced, stopped in time, and resumed exactly."""
