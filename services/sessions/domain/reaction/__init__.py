"""The aggregate `reaction`."""
