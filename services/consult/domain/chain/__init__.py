"""The aggregate `chain`."""
