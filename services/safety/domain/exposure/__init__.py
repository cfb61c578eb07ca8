"""The aggregate `exposure`."""
