"""The floor's consumer: a batch in one transaction, each message once, then acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from nats.aio.msg import Msg

from mesoflow.consult.v1 import events_pb2
from tests.bench.floor.rows import CLAIM, Pool, columns, padded

KNOWN = "SELECT id, version, state FROM things WHERE id = ANY ($1) ORDER BY id FOR UPDATE"
UPSERT = """
INSERT INTO things AS t (id, version, state, payload)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[])
ON CONFLICT (id) DO UPDATE
    SET version = excluded.version, state = excluded.state, payload = excluded.payload
"""
SAY = """
INSERT INTO outbox (id, subject, traceparent, payload)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[])
"""


@dataclass(frozen=True, slots=True)
class Hearer:
    """Makes or changes one row for each message, and one outbox row of its own."""

    pool: Pool
    state_bytes: int
    event_bytes: int
    subject: str = "floor.raised"

    async def __call__(self, messages: Sequence[Msg]) -> list[str]:
        """Answer `messages`; return the ids of what they were about."""
        heard = [_read(message) for message in messages]
        async with self.pool.acquire() as connection, connection.transaction():
            ids = [event_id for event_id, _, _ in heard]
            new = {row["id"] for row in await connection.fetch(CLAIM, ids)}
            fresh = [each for each in heard if each[0] in new]
            keys = [UUID(event.patient_id) for _, event, _ in fresh]
            known = {row["id"]: row["version"] for row in await connection.fetch(KNOWN, keys)}
            things, said = self._rows(fresh, known)
            if fresh:
                await connection.execute(UPSERT, *columns(things))
                await connection.execute(SAY, *columns(said))
        for message in messages:
            await message.ack()
        return [event.patient_id for _, event, _ in heard]

    def _rows(
        self,
        fresh: Sequence[tuple[UUID, events_pb2.PatientRegistered, str]],
        known: dict[UUID, int],
    ) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        things: dict[UUID, tuple[object, ...]] = {}
        said: list[tuple[object, ...]] = []
        for _, event, traceparent in fresh:
            key = UUID(event.patient_id)
            known[key] = known.get(key, 0) + 1
            things[key] = (key, known[key], "RAISED", padded(event, self.state_bytes))
            said.append((uuid4(), self.subject, traceparent, padded(event, self.event_bytes)))
        return [things[key] for key in sorted(things)], said


def _read(message: Msg) -> tuple[UUID, events_pb2.PatientRegistered, str]:
    headers = message.headers or {}
    event = events_pb2.PatientRegistered.FromString(message.data)
    return UUID(headers["Nats-Msg-Id"]), event, headers.get("traceparent", "")
