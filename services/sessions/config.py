"""What sessions reads from its environment."""

from services.chassis.settings import Settings

NAME = "sessions"


def settings() -> Settings:
    """Read sessions' settings; it asks safety at the needle."""
    return Settings.read(NAME, neighbours=("safety",))
