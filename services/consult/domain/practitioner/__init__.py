"""The aggregate `practitioner`."""
