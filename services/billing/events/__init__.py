"""What billing publishes, and what it hears."""
