"""One client: its capabilities, settings, folders, trust and consent; the server object."""
