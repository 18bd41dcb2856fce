"""The saved state of a workspace with its index, and how it is kept up to date."""
