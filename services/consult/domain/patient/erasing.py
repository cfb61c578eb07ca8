"""Whether a record may be erased, and what keeps it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What safety answered: which serious cases are open, and how new that is."""

    open_serious_case_ids: tuple[str, ...]
    asked_at: datetime
    feed_no: int
