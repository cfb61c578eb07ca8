"""Journal entries and their hash chain, one chain per aggregate."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

GENESIS = b""
ABSENT = b"\xff" * 8


class Entry(NamedTuple):
    """One event as it is kept. Fields are the journal's columns, in their order."""

    event_id: str
    chain_id: str
    aggregate: str
    aggregate_id: str
    version: int
    type: str
    payload: bytes
    actor: str
    request_id: str | None
    cause_id: str | None
    correlation_id: str
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime


HASHED = Entry._fields


def entry_hash(previous: bytes, entry: Entry) -> bytes:
    """SHA-256 over the length-prefixed previous hash and the stored bytes of every column.

    The payload goes in as stored: it is never serialised again. An absent value has a
    length of its own, so that moving bytes between columns changes the hash.
    """
    parts: list[bytes] = []
    for value in (previous, *entry):
        stored = value if type(value) is bytes else _stored(value)
        parts += (ABSENT,) if stored is None else (len(stored).to_bytes(8, "big"), stored)
    return hashlib.sha256(b"".join(parts)).digest()


def entry_of(row: Mapping[str, object]) -> Entry:
    """Read an entry back from its row."""
    ids = {"event_id", "chain_id", "aggregate_id", "request_id", "cause_id", "correlation_id"}
    values = {
        name: str(row[name]) if name in ids and row[name] is not None else row[name]
        for name in HASHED
    }
    return Entry(**values)  # type: ignore[arg-type]  # a row's values have no static type


def _stored(value: object) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").encode()
    return str(value).encode()


def hash_chain(head: bytes, entries: Sequence[Entry]) -> list[bytes]:
    """Return the hash of each of `entries`, which follow `head`."""
    hashes: list[bytes] = []
    for entry in entries:
        head = entry_hash(head, entry)
        hashes.append(head)
    return hashes
