"""The aggregate `lot`."""
