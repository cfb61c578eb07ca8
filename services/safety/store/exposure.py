"""Exposures, latest first, from the rows of their lots."""

from services.chassis.postgres.pool import Pool
from services.safety.store.newest import SQL, Newest


def latest_exposures(pool: Pool) -> Newest:
    """Return the list of exposures."""
    return Newest(pool, SQL.latest_exposures)
