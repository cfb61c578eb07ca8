"""That the bench runs; how fast anything is, is not asked here."""
