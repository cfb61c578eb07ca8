"""Questions to the neighbours that may not be answered from a copy."""
