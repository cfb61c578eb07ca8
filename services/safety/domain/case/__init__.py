"""The aggregate `case`."""
