"""How fast the house is, each figure against a minimal path written by hand."""
