"""The local stack itself."""
