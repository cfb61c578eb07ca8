"""Wrapped keys and ciphertexts as rows."""

from dataclasses import dataclass

from services.chassis.kernel import SealedText
from services.chassis.postgres.pool import Pool, transaction
from services.chassis.postgres.writing import SQL


@dataclass(frozen=True, slots=True)
class PostgresKeyStore:
    """Implements sealing.KeyStore."""

    pool: Pool

    async def owner_key(self, chain_id: str, owner_id: str) -> tuple[str, bytes] | None:
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            row = await connection.fetchrow(SQL.owner_key, chain_id, owner_id)
        return None if row is None else (str(row["key_id"]), row["wrapped"])

    async def keep_owner_key(
        self, chain_id: str, owner_id: str, key_id: str, wrapped: bytes
    ) -> None:
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            await connection.execute(SQL.keep_owner_key, chain_id, owner_id, key_id, wrapped)

    async def sealed_text(
        self, chain_id: str, owner_id: str, reference: SealedText
    ) -> bytes | None:
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            found: bytes | None = await connection.fetchval(
                SQL.sealed_text, chain_id, owner_id, reference.item, reference.version
            )
        return found

    async def owners_of(self, chain_id: str, item: str) -> list[tuple[str, str]]:
        """Return who has something sealed as `item`, and in which version."""
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            rows = await connection.fetch(SQL.sealed_owners, chain_id, item)
        return [(str(row["owner_id"]), str(row["version"])) for row in rows]
