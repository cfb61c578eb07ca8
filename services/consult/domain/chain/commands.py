"""What may be asked of a chain."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RegisterChain:
    """Register the caller's chain."""

    chain_id: str
    short_name: str
    jurisdiction_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AmendChain:
    """Change the chain's jurisdiction."""

    chain_id: str
    jurisdiction_code: str
    at: datetime


Command = RegisterChain | AmendChain
