"""Messages to people and machines outside, each with one honest state."""
