"""Consultation: directory, patients, consultations, formulary, plans."""
