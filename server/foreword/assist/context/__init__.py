"""What the model knows of the repository before any question: building base and delta, pins, the map."""
