"""Everything that is known about one case, handed out as one sealed document."""
