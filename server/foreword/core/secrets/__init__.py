"""Secrets in text: which rules find them, and how what stands in their place is written and taken back."""
