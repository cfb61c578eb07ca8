"""What sessions publishes, and what it hears."""
