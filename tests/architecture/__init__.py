"""What the source text must keep to."""
