"""What one command stores, and the one call that stores many of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.chassis.delivery import Delivery
from services.chassis.handling import Invocation
from services.chassis.kernel import remembered
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.codec import from_jsonb, to_jsonb
from services.chassis.postgres.pool import Connection
from services.chassis.postgres.queries import load_queries

# How a read row is held until the end of its transaction.
UNHELD, HELD_STILL, TO_CHANGE = 0, 1, 2
SQL = load_queries("services.chassis.postgres")
Names = tuple[str, ...]
NOTHING = "'{}'::int[]"


class Guard(NamedTuple):
    """A document that a decision has read, and the version that it read; 0 for none."""

    document: str
    chain_id: str
    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Write:
    """A changed document, the call that changed it, the answer that the call gets.

    `guards` must still be so when it is stored.
    """

    slot: Slot
    call: Invocation
    answer: bytes | None
    guards: Sequence[Guard] = ()

    def command(self, n: int) -> tuple[object, ...]:
        """Return the chassis.command of this write."""
        slot, call = self.slot, self.call
        return (
            n,
            slot.aggregate.name,
            slot.chain_id,
            slot.key,
            slot.expected,
            slot.version,
            slot.aggregate.shape,
            slot.head,
            to_jsonb(slot.state),
            call.request_id,
            call.method,
            call.fingerprint,
            self.answer if call.request_id else None,
            call.at,
        )

    def entries(self, n: int) -> list[tuple[object, ...]]:
        """Return the chassis.entry rows of this write."""
        return [
            (n, *entry, digest)
            for entry, digest in zip(self.slot.entries, self.slot.hashes, strict=True)
        ]

    def seals(self, n: int) -> list[tuple[object, ...]]:
        """Return the chassis.seal rows of this write."""
        return [
            (n, self.slot.chain_id, s.owner_id, s.item, s.version, s.ciphertext, s.key_id)
            for s in self.call.sealed
        ]


async def store_writes(connection: Connection, writes: Sequence[Write]) -> set[int]:
    """Store `writes` in one statement; return the places of those whose versions still held."""
    guards = [(n, *guard) for n, write in enumerate(writes) for guard in write.guards]
    done = await connection.fetchval(
        put_statement(*_names(writes, guards)),
        list({write.slot.chain_id for write in writes}),
        *_rows(writes),
        guards,
    )
    return set(done)


class Heard(NamedTuple):
    """Events as one durable hears them: their chains, and a chassis.heard_event of each."""

    durable: str
    chains: frozenset[str]
    events: list[tuple[object, ...]]

    @classmethod
    def of(cls, durable: str, deliveries: Sequence[Delivery]) -> "Heard":
        """Return `deliveries` in their order."""
        return cls(
            durable,
            frozenset(d.chain_id for d in deliveries),
            [
                (n, d.event_id, d.chain_id, d.aggregate_id, d.version)
                for n, d in enumerate(deliveries)
            ],
        )


async def store_heard(
    connection: Connection, heard: Heard, writes: Sequence[Write], guards: Sequence[Guard]
) -> None:
    """Take events in and store what they lead to, in one statement: all of it or nothing.

    The documents of `guards` are held in the order in which their kinds come up there.
    Raises asyncpg.SerializationError when an event is not new, or a version no longer holds.
    """
    rows = [(0, *guard) for guard in guards]
    documents, _ = _names(writes, rows)
    await connection.execute(
        hear_statement(documents, tuple(dict.fromkeys(guard.document for guard in guards))),
        list(heard.chains),
        *_rows(writes),
        rows,
        heard.durable,
        heard.events,
    )


def _names(writes: Sequence[Write], guards: Sequence[tuple[Any, ...]]) -> tuple[Names, Names]:
    """Return which documents are written, and which were read: sorted, or every order would be
    another statement to prepare and to keep."""
    return (
        tuple(sorted({write.slot.aggregate.name for write in writes})),
        tuple(sorted({document for _, document, *_ in guards})),
    )


def _rows(writes: Sequence[Write]) -> tuple[list[tuple[object, ...]], ...]:
    """Return the chassis.command, chassis.entry and chassis.seal rows of `writes`."""
    return (
        [write.command(n) for n, write in enumerate(writes)],
        [row for n, write in enumerate(writes) for row in write.entries(n)],
        [row for n, write in enumerate(writes) for row in write.seals(n)],
    )


@remembered
def put_statement(documents: Names, guarded: Names) -> str:
    """Return the write of `documents` on top of what was read of `guarded`, in that order.

    The names are aggregates', never a caller's. Not a loop inside the database, which would plan
    each document's part anew at every call.
    """
    return (
        f"WITH held AS MATERIALIZED (SELECT {_broken(guarded)} AS broken,"
        f" $5::chassis.guard[] AS guards) SELECT {_stored(_put(documents, 'broken'))} FROM held"
    )


@remembered
def hear_statement(documents: Names, guarded: Names) -> str:
    """Return the taking in of events, and the write of `documents`, all or nothing.

    What was read is held still last. Who changes a document locks it first and what the change
    rests on after it, as transactions do: a wait for the one must not stop who changes the other.
    """
    return (
        "WITH put AS MATERIALIZED (SELECT"
        " chassis.all_new($1::uuid[], $6, $7::chassis.heard_event[]) AS fresh,"
        f" {_put(documents, NOTHING)} AS done, $2::chassis.command[] AS commands),"
        f" held AS MATERIALIZED (SELECT put.*, {_broken(guarded)} AS broken,"
        " $5::chassis.guard[] AS guards FROM put)"
        f" SELECT chassis.whole(fresh, broken, {_stored('done')}, cardinality(commands)) FROM held"
    )


def _broken(guarded: Names) -> str:
    return " || ".join(f"chassis.broken_{name}($1, $5)" for name in guarded) or NOTHING


def _put(documents: Names, broken: str) -> str:
    return " || ".join(f"chassis.put_{name}($1, $2, {broken})" for name in documents) or NOTHING


def _stored(done: str) -> str:
    return (
        "chassis.store($1::uuid[], $2::chassis.command[], $3::chassis.entry[],"
        f" $4::chassis.seal[], {done})"
    )


@remembered
def read_statement(documents: tuple[str, ...]) -> str:
    """Return the read of `documents`, each with its own keys; the names are aggregates'.

    $1 is the chains, $2 how the rows are held, then come the keys of each document.
    """
    return " UNION ALL ".join(
        "SELECT n, version, shape, head_hash, state, method, fingerprint, answer"
        f" FROM chassis.get_{name}($1::uuid[], ${place}::chassis.key[], $2)"
        for place, name in enumerate(documents, 3)
    )


def fill(slot: Slot, row: Any) -> None:
    """Take a loaded row into `slot`; a row without a version is a document not born yet."""
    if row is None or row["version"] is None:
        return
    slot.state = from_jsonb(row["state"], slot.aggregate.state)
    slot.expected = slot.version = row["version"]
    slot.head = row["head_hash"]
