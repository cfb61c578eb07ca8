"""What safety reads from its environment."""

from services.chassis.settings import Settings

NAME = "safety"


def settings() -> Settings:
    """Read safety's settings; it asks no neighbour."""
    return Settings.read(NAME)
