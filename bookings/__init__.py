"""The domain: places, times and bookings."""
