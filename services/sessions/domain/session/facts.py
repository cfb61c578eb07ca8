"""What a session must know of other rows, held still until its command is stored."""

from dataclasses import dataclass, field

from services.sessions.domain.course.model import Course
from services.sessions.domain.gate.decider import Gates
from services.sessions.domain.lot.model import Lot


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The course, the lots by id, and the gate of everything the session uses."""

    course: Course | None = None
    lots: dict[str, Lot | None] = field(default_factory=dict)
    gates: Gates = field(default_factory=dict)
