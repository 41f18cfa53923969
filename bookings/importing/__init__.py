"""Bookings and customers that another program kept, taken over row by row and never twice."""
