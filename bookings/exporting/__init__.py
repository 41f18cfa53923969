"""Everything of an organisation as files, so that nobody is kept here by their own data."""
