"""What the model knows of the repository before any question: laying base and delta, pins, the map."""
