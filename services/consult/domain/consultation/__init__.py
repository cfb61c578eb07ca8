"""The aggregate `consultation`."""
