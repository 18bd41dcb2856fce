"""Bytes to text and back, without losing or inventing anything."""
