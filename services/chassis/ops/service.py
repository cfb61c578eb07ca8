"""OpsService: status, parked events, the journal's proof. The same in every service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from mesoflow.ops.v1 import service_pb2 as pb
from mesoflow.ops.v1 import service_pb2_grpc
from services.chassis.clock import Clock
from services.chassis.grpc.pages import paging
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import AnyAggregate
from services.chassis.kernel import DomainError, Fault
from services.chassis.mapping import chosen
from services.chassis.messages import Contract, event_type_named
from services.chassis.ops.facts import differing, fact_tables, projected
from services.chassis.postgres.codec import from_jsonb
from services.chassis.postgres.journal import GENESIS, Entry, entry_hash, entry_of
from services.chassis.postgres.pool import Connection, Pool, snapshot, transaction
from services.chassis.postgres.writing import SQL
from services.chassis.sealing import KeyProvider


class ParkedNotFound(DomainError):
    """No such parked event in this chain."""

    fault = Fault.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Ops(service_pb2_grpc.OpsServiceServicer):
    """Serves operators and auditors of one service."""

    service: str
    pool: Pool
    contract: Contract
    aggregates: Mapping[str, AnyAggregate]
    pending: Callable[[], Mapping[str, int | None]]
    clock: Clock
    keys: KeyProvider

    async def GetStatus(
        self, request: pb.GetStatusRequest, context: Context
    ) -> pb.GetStatusResponse:
        """Say how far the feed is and what is stuck."""
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [current().caller.chain_id])
            stream, now = self.service.upper(), self.clock.now()
            row = await connection.fetchrow(SQL.status, stream, now)
        assert row is not None, "aggregates always give a row"
        reply = pb.GetStatusResponse(service=self.service, **dict(row))
        reply.consumers.extend(
            pb.ConsumerStatus(durable=durable, pending=pending or 0, hearing=pending is not None)
            for durable, pending in self.pending().items()
        )
        reply.clock_at.FromDatetime(now)
        return reply

    async def ListParked(
        self, request: pb.ListParkedRequest, context: Context
    ) -> pb.ListParkedResponse:
        """List what could not be answered in the caller's chain, and what waits behind it."""
        chain_id = current().caller.chain_id
        wanted = {"durable": request.durable, "state": chosen(request, "state") or "ANY"}
        page = paging(self.keys, chain_id, request, "parked", wanted)
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            rows = await connection.fetch(
                SQL.parked_list, chain_id, *wanted.values(), page.after, page.size + 1
            )
        parked, token = page.cut([parked_event(row) for row in rows], lambda row: row.parked_id)
        return pb.ListParkedResponse(parked=parked, next_page_token=token)

    async def ReplayParked(
        self, request: pb.ReplayParkedRequest, context: Context
    ) -> pb.ReplayParkedResponse:
        """Let a parked event, a dead one too, be tried at once."""
        now = self.clock.now()
        chain_id = current().caller.chain_id
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            done = await connection.fetchval(SQL.parked_replay, chain_id, request.parked_id, now)
        if not done:
            raise ParkedNotFound
        reply = pb.ReplayParkedResponse(parked_id=request.parked_id, state=pb.PARKED_STATE_RETRYING)
        reply.replayed_at.FromDatetime(now)
        return reply

    async def VerifyJournal(
        self, request: pb.VerifyJournalRequest, context: Context
    ) -> pb.VerifyJournalResponse:
        """Recompute every hash of the caller's chain, and fold every document anew."""
        reply = pb.VerifyJournalResponse()
        names = [request.aggregate] if request.aggregate else sorted(self.aggregates)
        chain_id = current().caller.chain_id
        async with snapshot(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            for name in names:
                if name not in self.aggregates:
                    continue
                document = SQL.documents_of.format(table=name)
                for row in await connection.fetch(document, chain_id, request.aggregate_id or None):
                    entries = await connection.fetch(SQL.entries_of, chain_id, row["id"])
                    self._verify(reply, self.aggregates[name], row, entries)
            if not request.aggregate and not reply.broken:
                await self._verify_facts(reply, connection, chain_id)
        reply.verified_at.FromDatetime(self.clock.now())
        return reply

    async def _verify_facts(
        self, reply: pb.VerifyJournalResponse, connection: Connection, chain_id: str
    ) -> None:
        entries = await connection.fetch(SQL.entries_of_chain, chain_id)
        names = await fact_tables(connection)
        tables = projected(self.aggregates, self.contract, entries, names)
        for table, origin in await differing(connection, chain_id, tables):
            reply.broken.add(
                aggregate=table,
                aggregate_id=origin.aggregate_id,
                version=origin.version,
                kind=pb.BREAK_KIND_FACTS_DIFFER,
            )

    def _verify(
        self,
        reply: pb.VerifyJournalResponse,
        aggregate: AnyAggregate,
        row: Any,
        entries: Sequence[Any],
    ) -> None:
        reply.aggregates_checked += 1
        reply.events_checked += len(entries)
        kind, version = first_break([(entry_of(e), e["hash"]) for e in entries], row["head_hash"])
        if not kind and row["shape"] == aggregate.shape:
            events = [self.contract.decode(e["type"], e["payload"]) for e in entries]
            folded = reduce(aggregate.decider.evolve, events, None)
            if folded != from_jsonb(row["state"], aggregate.state):
                kind = pb.BREAK_KIND_DOCUMENT_DIFFERS
        if kind:
            reply.broken.add(
                aggregate=aggregate.name,
                aggregate_id=str(row["id"]),
                version=version,
                kind=pb.BreakKind.ValueType(kind),
            )

    def servicer(self) -> Servicer:
        return Servicer(
            "mesoflow.ops.v1.OpsService",
            lambda server: service_pb2_grpc.add_OpsServiceServicer_to_server(self, server),
        )


def first_break(entries: Sequence[tuple[Entry, bytes]], head: bytes) -> tuple[int, int]:
    """Return the kind and version of the first place that does not hold, or (0, last version)."""
    previous, version = GENESIS, 0
    for entry, kept in entries:
        if entry.version != version + 1:
            return pb.BREAK_KIND_VERSION_GAP, entry.version
        if entry_hash(previous, entry) != kept:
            return pb.BREAK_KIND_HASH_DIFFERS, entry.version
        previous, version = kept, entry.version
    return (0 if previous == head else pb.BREAK_KIND_HEAD_DIFFERS), version


def parked_event(row: Any) -> pb.ParkedEvent:
    """Return a parked row without its body."""
    waiting = row["reason"] == "BEHIND_A_PARKED_EVENT"
    event = pb.ParkedEvent(
        parked_id=str(row["parked_id"]),
        event_id=str(row["event_id"]),
        chain_id=str(row["chain_id"]),
        durable=row["durable"],
        type=row["type"],
        aggregate=event_type_named(row["type"]).aggregate,
        aggregate_id=str(row["aggregate_id"]),
        version=row["version"],
        attempts=row["attempts"],
        cause_code=row["reason"],
        state=pb.PARKED_STATE_DEAD
        if row["dead"]
        else pb.PARKED_STATE_WAITING
        if waiting
        else pb.PARKED_STATE_RETRYING,
    )
    event.parked_at.FromDatetime(row["parked_at"])
    if not row["dead"] and not waiting:
        event.next_attempt_at.FromDatetime(row["next_attempt_at"])
    return event
