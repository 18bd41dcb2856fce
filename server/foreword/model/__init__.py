"""Providers that answer a request. The anthropic SDK lives here."""
