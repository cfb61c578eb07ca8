"""Reads of fact rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.billing.domain.account.ledger import LedgerAccount
from services.billing.domain.account.model import PaymentMethod
from services.billing.domain.money import amount_of
from services.billing.domain.price_list.model import Edition
from services.billing.handlers.views import Asked, Payment, Posting
from services.chassis.postgres.codec import from_jsonb
from services.chassis.postgres.pool import Pool, transaction
from services.chassis.postgres.queries import load_queries

SQL = load_queries("services.billing.store")
ENTER = "SELECT chassis.enter($1::uuid[])"


@dataclass(frozen=True, slots=True)
class PostgresViews:
    """Implements handlers.views.Views."""

    pool: Pool

    async def editions(self, asked: Asked) -> Sequence[Edition]:
        """Return editions of the chain's price list, newest first."""
        before = int(asked.after) if asked.after else None
        rows = await self._rows(SQL.price_list_editions, asked, before, asked.most)
        return [from_jsonb(row["edition"], Edition) for row in rows]

    async def postings(self, asked: Asked) -> Sequence[Posting]:
        """Return the ledger's lines of an account, oldest first."""
        rows = await self._rows(SQL.postings, asked, asked.account_id, asked.after, asked.most)
        return [posting(row) for row in rows]

    async def payments(self, asked: Asked) -> Sequence[Payment]:
        """Return payments, newest first."""
        rows = await self._rows(
            SQL.payments,
            asked,
            sorted(asked.clinics),
            asked.payment_id,
            asked.account_id,
            asked.invoice_id,
            asked.after,
            asked.most,
        )
        return [payment(row) for row in rows]

    async def _rows(self, sql: str, asked: Asked, *arguments: object) -> list[asyncpg.Record]:
        async with transaction(self.pool) as connection:
            await connection.execute(ENTER, [asked.chain_id])
            return await connection.fetch(sql, asked.chain_id, *arguments)


def posting(row: asyncpg.Record) -> Posting:
    """Return a line of the ledger."""
    return Posting(
        posting_id=str(row["posting_id"]),
        transaction_id=str(row["transaction_id"]),
        account_id=str(row["account_id"]),
        ledger_account=LedgerAccount(row["ledger_account"]),
        amount_minor_units=row["amount_minor_units"],
        currency_code=row["currency_code"],
        event_id=str(row["event_id"] or ""),
        session_id=optional(row["session_id"]),
        invoice_id=optional(row["invoice_id"]),
        payment_id=optional(row["payment_id"]),
        posted_at=row["posted_at"],
        place=row["place"],
    )


def payment(row: asyncpg.Record) -> Payment:
    """Return a payment."""
    return Payment(
        payment_id=str(row["payment_id"]),
        account_id=str(row["account_id"]),
        invoice_id=optional(row["invoice_id"]),
        amount=amount_of(row["currency_code"], row["amount_minor_units"]),
        method=PaymentMethod(row["method"]),
        external_reference_code=row["external_reference_code"],
        received_at=row["received_at"],
    )


def optional(value: object) -> str | None:
    return None if value is None else str(value)
