"""The aggregate `withdrawal`: what was taken back of a plan that is sold here."""
