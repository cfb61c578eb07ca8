"""Where the golden bytes are."""

from pathlib import Path

from services.chassis.messages import EventType
from tests.contract.published import EVENTS

GOLDEN = Path(__file__).parent


def path_of(event: EventType) -> Path:
    return GOLDEN / f"{event.name}.binpb"


def missing() -> list[EventType]:
    """Return the events that have no golden bytes."""
    return [event for event in EVENTS if not path_of(event).exists()]


def stale() -> list[str]:
    """Return the files of events that are not published any more."""
    known = {path_of(event).name for event in EVENTS}
    return [path.name for path in sorted(GOLDEN.glob("*.binpb")) if path.name not in known]
