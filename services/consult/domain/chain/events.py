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


@dataclass(frozen=True, slots=True)
class ChainAmended:
    """A chain's terms were changed."""

    chain_id: str
    jurisdiction_code: str
    amended_at: datetime


Event = ChainRegistered | ChainAmended
