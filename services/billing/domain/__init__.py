"""The rules of billing, pure."""
