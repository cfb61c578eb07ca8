"""Consult with real servers."""
