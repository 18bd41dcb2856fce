"""What the source says: outlines, references, ranking and search. tree-sitter lives here."""
