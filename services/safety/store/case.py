"""Cases, newest first."""

from services.chassis.postgres.pool import Pool
from services.safety.store.newest import SQL, Newest


def newest_cases(pool: Pool) -> Newest:
    """Return the list of cases."""
    return Newest(pool, SQL.newest_cases)
