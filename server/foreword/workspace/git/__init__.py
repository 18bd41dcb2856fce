"""What git knows: objects, index, history, untracked files."""
