"""Bringing the index up to date: which blobs to parse, by whom, in worker processes."""
