"""Committee documents: what circulates in committees and related bodies, by number and title, never by text."""
