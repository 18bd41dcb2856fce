"""The cache policy: when to mark, warm and rebase, by expected cost."""
