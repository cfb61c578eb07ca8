"""What consult reads from its environment."""

from services.chassis.settings import Settings

NAME = "consult"


def settings() -> Settings:
    """Read consult's settings; it asks no neighbour."""
    return Settings.read(NAME)
