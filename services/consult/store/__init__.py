"""Consult's tables."""
