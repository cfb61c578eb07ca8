"""The aggregate `plan`."""
