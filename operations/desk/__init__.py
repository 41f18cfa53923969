"""The recovery console: what needs attention, why, what happens by itself, and what each button does."""
