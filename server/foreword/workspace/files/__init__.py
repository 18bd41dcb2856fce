"""Files on disk: reading, walking, watching and writing them."""
