"""What is told to an OpenTelemetry collector, where the user says so: how long, how much, what it cost."""
