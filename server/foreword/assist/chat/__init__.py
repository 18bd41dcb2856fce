"""Conversations that grow by exact prefixes and survive restarts."""
