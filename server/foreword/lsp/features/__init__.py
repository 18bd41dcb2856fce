"""What the server offers: one module a group of LSP methods."""
