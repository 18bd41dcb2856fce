"""The language server: the protocol, and nothing that would be of use without it."""
