"""The SQLite store of outlines, shared by worktrees and processes."""
