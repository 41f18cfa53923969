"""A throw-away app with an effect of its own: all that adding a recoverable workflow takes."""
