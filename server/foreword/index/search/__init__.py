"""Search: from a question to ranked excerpts."""
