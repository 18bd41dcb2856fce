"""A workspace that is open: its settings, its trust, its stores, what is saved in it, and who answers."""
