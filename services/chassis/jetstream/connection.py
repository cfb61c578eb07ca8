"""One connection to the broker with the guards that nats-py 2.16 needs.

Callbacks never raise (a raising one ends the read loop while is_connected stays true), the
buffer for a broken connection is off, and a round trip every few seconds is the only proof of
life. Any doubt ends the connection; whoever runs it connects and provisions anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats
from nats.aio.client import Client

logger = logging.getLogger(__name__)
CONNECT_SECONDS = 5.0
PROOF_SECONDS = 2.0
PAUSE_SECONDS = 2.0


class BrokerLost(Exception):
    """The connection is gone, or no longer what it was when it was provisioned."""


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncIterator[Client]:
    """Lend a connection; it is closed, never drained (a drain hangs after pull fetches)."""

    async def on_error(error: Exception) -> None:
        logger.warning("broker said", extra={"kind": type(error).__name__})

    async with asyncio.timeout(CONNECT_SECONDS):
        client = await nats.connect(
            url,
            name=name,
            error_cb=on_error,
            allow_reconnect=False,
            connect_timeout=2,
            ping_interval=3,
            max_outstanding_pings=2,
            pending_size=64 * 1024 * 1024,
        )
    try:
        yield client
    finally:
        with suppress(Exception):
            async with asyncio.timeout(PROOF_SECONDS):
                await client.close()


async def prove_alive(client: Client) -> None:
    """Make a round trip every few seconds; raise BrokerLost when one does not come back."""
    while True:
        if client.is_closed or not client.is_connected:
            raise BrokerLost
        try:
            await client.flush(timeout=int(PROOF_SECONDS))
        except Exception as error:
            raise BrokerLost from error
        await asyncio.sleep(PAUSE_SECONDS)
