"""What may be asked of a plan's response. Package F adds what it hears."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AssessResponse:
    """Apply the rules to what was measured by now."""

    response_id: str
    at: datetime


Command = AssessResponse
