"""Where staff say when a place is open and who works when, and see what that means before it counts."""
