"""How Django itself writes dates, language by language: as the desk does, and with the zone named."""
