"""Cases, newest first, and those that keep their patient from being erased."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.postgres.pool import Pool, acquired
from services.safety.domain.case.model import Kept
from services.safety.store.newest import SQL, Newest


def newest_cases(pool: Pool) -> Newest:
    """Return the list of cases."""
    return Newest(pool, SQL.newest_cases)


@dataclass(frozen=True, slots=True)
class Keeps:
    """Answers which open serious cases there are, as of the store at this moment."""

    pool: Pool

    async def __call__(self, chain_id: str, patient_ids: Iterable[str]) -> Kept:
        """Return the open serious cases of any of the patients, and where the feed stood then."""
        async with acquired(self.pool) as connection:
            rows = await connection.fetch(SQL.kept, chain_id, list(patient_ids))
        case_ids = tuple(str(row["case_id"]) for row in rows if row["case_id"] is not None)
        return Kept(case_ids, rows[0]["feed_no"])
