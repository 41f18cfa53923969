"""An app for tests only: how the database is emptied after a test that committed."""
