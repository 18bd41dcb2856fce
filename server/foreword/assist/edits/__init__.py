"""Instructions that change the repository: the proposal, the tool that writes it, and applying it."""
