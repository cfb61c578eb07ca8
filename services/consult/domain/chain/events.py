"""What happens to a chain."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChainRegistered:
    """A chain was registered."""

    chain_id: str
    short_name: str
    jurisdiction_code: str
    registered_at: datetime


Event = ChainRegistered
