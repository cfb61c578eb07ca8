"""The rules of sessions."""
