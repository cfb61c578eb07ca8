"""The demo, as far as it needs no server."""
