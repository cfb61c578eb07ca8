"""What may be asked of a chain's formulary. Package D adds what it decides."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApplyFormulary:
    """Hold the open plans against what is in force by now."""

    formulary_id: str
    at: datetime


Command = ApplyFormulary
