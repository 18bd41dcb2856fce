"""Outlines: definitions and mentioned identifiers of one file, by tree-sitter."""
