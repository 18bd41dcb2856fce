"""The base layer: which files stand in it, how they are written, where its inner breakpoint is."""
