"""How staff come in: a password, a second factor, and a lock after too many guesses."""
