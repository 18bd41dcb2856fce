"""The replay laboratory: traces of work through cache policies, on a virtual clock."""
