"""What a request costs: forecast, limits, single flight, booking, keeping warm, and why it cost that."""
