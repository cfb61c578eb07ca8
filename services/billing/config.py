"""What billing reads from its environment."""

from services.chassis.settings import Settings

NAME = "billing"


def settings() -> Settings:
    """Read billing's settings; it asks no neighbour."""
    return Settings.read(NAME)
