"""The rules of consult."""
