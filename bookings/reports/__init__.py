"""What a place can learn from its bookings: figures over a range of dates, as pages and as files."""
