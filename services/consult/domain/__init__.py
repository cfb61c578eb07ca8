"""The rules of consultation, pure."""
