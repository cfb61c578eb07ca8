"""The rules of safety, pure."""
