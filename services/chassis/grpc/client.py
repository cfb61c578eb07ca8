"""Calls to a neighbour: the caller's token goes along, so its chain and roles hold there too."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
from grpc import aio

from services.chassis.grpc.scope import current

ReplyT = TypeVar("ReplyT")
KEEPALIVE = (("grpc.keepalive_time_ms", 30_000), ("grpc.keepalive_permit_without_calls", 1))
RETRIED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


def channel_to(address: str) -> aio.Channel:
    """Open a channel to a neighbour; it connects when it is first used, and again after a loss."""
    return aio.insecure_channel(
        address,
        options=[*KEEPALIVE, ("grpc.max_reconnect_backoff_ms", 1000)],
    )


async def ask(
    method: Callable[..., Awaitable[ReplyT]],
    request: Any,
    *,
    seconds: float,
    tries: int,
) -> ReplyT:
    """Ask in the name of the call in progress; raise AioRpcError when no try came back in time."""
    call = current()
    metadata = [("authorization", f"Bearer {call.caller.token}")]
    if call.traceparent:
        metadata.append(("traceparent", call.traceparent))
    for left in range(tries - 1, -1, -1):
        try:
            return await method(request, timeout=seconds, metadata=metadata)
        except aio.AioRpcError as error:
            if not left or error.code() not in RETRIED:
                raise
            await asyncio.sleep(0)
    raise AssertionError("unreachable")
