"""What safety publishes, and what it hears."""
