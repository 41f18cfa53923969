"""Mail providers: their API as a way out, and what they report about our messages."""
