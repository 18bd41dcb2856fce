"""Sending questions: one, many, with the tools that the model calls."""
