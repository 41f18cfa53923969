"""Calls to machines of other people: judged by address, limited in time and size, told apart by phase."""
