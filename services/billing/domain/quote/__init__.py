"""The aggregate `quote`."""
