"""The public pages: each view parses, makes one call into the domain, and translates the answer."""
