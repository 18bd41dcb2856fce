"""What the user gets to see: documents, diffs, edits, progress."""
