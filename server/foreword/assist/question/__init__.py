"""One question as a value: what it points at, what is found for it, the exact request, the answer and its receipt."""
