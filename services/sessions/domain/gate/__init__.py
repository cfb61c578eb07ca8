"""The aggregate `gate`."""
