"""A chain of clinics: the tenant."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """A registered chain."""

    chain_id: str
    short_name: str
    jurisdiction_code: str
    registered_at: datetime
