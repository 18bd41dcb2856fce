"""Changes of texts as values: hunks, where they apply, and what an edit command does to a text."""
