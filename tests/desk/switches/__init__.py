"""What staff may do to channels, endpoints and partners' programs."""
