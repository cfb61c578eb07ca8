"""What consult publishes, and what it hears."""
