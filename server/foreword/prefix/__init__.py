"""The four layers of a request and what decides about them: pure functions and their store."""
