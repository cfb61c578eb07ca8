"""The aggregate `hold`."""
