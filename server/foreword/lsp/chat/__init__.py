"""The chat methods, the only ones of our own."""
