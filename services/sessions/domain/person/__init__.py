"""The aggregate `person`: what became of a patient whose records are kept here."""
