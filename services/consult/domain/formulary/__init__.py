"""The aggregate `formulary`: what a chain signed on top of the reference data."""
