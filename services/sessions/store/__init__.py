"""Sessions' tables."""
