"""The aggregate `clinic`."""
