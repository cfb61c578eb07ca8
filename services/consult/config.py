"""What consult reads from its environment."""

from services.chassis.settings import Settings

NAME = "consult"


def settings() -> Settings:
    """Read consult's settings; it asks safety before an erasure, and all of them for an export."""
    return Settings.read(NAME, neighbours=("safety", "sessions", "billing"))
