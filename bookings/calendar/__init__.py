"""The day of a small business as its staff see it: who does what when, and what may be done about it."""
