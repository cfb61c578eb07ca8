"""Holds, newest first, and those that stand in the way of a needle now."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.postgres.pool import Pool, acquired
from services.safety.domain.hold.model import (
    ActiveHold,
    Clearance,
    HoldKind,
    HoldReason,
    HoldSubject,
)
from services.safety.store.newest import SQL, Newest


def newest_holds(pool: Pool) -> Newest:
    """Return the list of holds."""
    return Newest(pool, SQL.newest_holds)


@dataclass(frozen=True, slots=True)
class Clearances:
    """Answers whether anything is held, as of the store at this moment, in one round trip."""

    pool: Pool

    async def __call__(self, chain_id: str, subjects: Iterable[HoldSubject]) -> Clearance:
        """Return the active holds on `subjects`, oldest first, and where the feed stood then."""
        asked = {subject.canonical() for subject in subjects}
        kinds = [subject.kind.value for subject in asked]
        names = [subject.subject_id for subject in asked]
        async with acquired(self.pool) as connection:
            rows = await connection.fetch(SQL.clearance, chain_id, kinds, names)
        holds = tuple(
            ActiveHold(
                hold_id=str(row["hold_id"]),
                subject=HoldSubject(HoldKind(row["kind"]), row["subject_id"]),
                provisional=row["provisional"],
                reason=HoldReason(row["reason"]),
                placed_at=row["placed_at"],
            )
            for row in rows
            if row["hold_id"] is not None
        )
        return Clearance(holds, rows[0]["feed_no"])
