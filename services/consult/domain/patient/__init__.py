"""The aggregate `patient`."""
