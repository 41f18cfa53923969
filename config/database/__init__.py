"""How Holdfast is connected to PostgreSQL (the package is a Django database backend)."""
