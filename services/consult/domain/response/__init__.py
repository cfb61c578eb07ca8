"""The aggregate `response`."""
