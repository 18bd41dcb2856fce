"""Anthropic's Messages API: clients, streaming, errors, retries, usage fields."""
