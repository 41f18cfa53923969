"""The desk: who sees what, what a press does, and that every way out leads out."""
