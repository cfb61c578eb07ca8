"""The rules of treatment sessions, pure."""
