"""Measures what Holdfast promises about speed; `manage.py bench` prints it, docs/performance.md keeps it."""
