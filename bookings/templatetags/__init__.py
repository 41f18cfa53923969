"""Words and addresses for the templates of the public pages."""
