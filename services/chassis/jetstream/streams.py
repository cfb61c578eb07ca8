"""Streams, declared by their owner alone, and durables, declared by who hears."""

from dataclasses import replace

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)
from nats.js.errors import NotFoundError

from services.chassis.delivery import Hearing

DAY_SECONDS = 86_400
MAX_AGE_SECONDS = 7 * DAY_SECONDS
DUPLICATE_WINDOW_SECONDS = 120
# A killed service's batch comes again after this; a working one says so in time.
ACK_WAIT_SECONDS = 5
ACK_PENDING_MOST = 2_000


def stream_config(service: str) -> StreamConfig:
    """Return what the stream of `service` must be (RELIABILITY 0.13, 6.4)."""
    return StreamConfig(
        name=service.upper(),
        subjects=[f"mesoflow.*.{service}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=MAX_AGE_SECONDS,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        deny_delete=True,
        allow_atomic=True,
    )


async def declare_stream(js: JetStreamContext, service: str) -> StreamInfo:
    """Create the service's own stream, or bring it to what it must be."""
    wanted = stream_config(service)
    try:
        info = await js.stream_info(service.upper())
    except NotFoundError:
        return await js.add_stream(wanted)
    kept = info.config
    drifted = any(
        getattr(kept, name) != getattr(wanted, name)
        for name in ("subjects", "discard", "max_age", "duplicate_window", "allow_atomic")
    )
    if drifted:
        changed = replace(
            kept,
            subjects=wanted.subjects,
            discard=wanted.discard,
            max_age=wanted.max_age,
            duplicate_window=wanted.duplicate_window,
            allow_atomic=wanted.allow_atomic,
        )
        return await js.update_stream(changed)
    return info


async def declare_durable(js: JetStreamContext, hearing: Hearing) -> int:
    """Create or update the durable of `hearing`, and begin it anew where it was acknowledged to.

    Return the stream sequence of the last that was delivered before: what comes again up to it was
    begun already. Not waited for, it would come again after what is newer, and be out of order.
    Raises NotFoundError before its stream exists.
    max_deliver is unlimited: a finite one lost every event of a four-second outage.
    """
    info = await js.add_consumer(
        hearing.stream,
        ConsumerConfig(
            durable_name=hearing.durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,
            max_ack_pending=ACK_PENDING_MOST,
            filter_subjects=hearing.subjects,
        ),
    )
    await js.reset_consumer(hearing.stream, hearing.durable)
    return info.delivered.stream_seq if info.delivered is not None else 0


async def pending(js: JetStreamContext, hearing: Hearing) -> int:
    """Return how much the durable of `hearing` has still to hear."""
    info = await js.consumer_info(hearing.stream, hearing.durable)
    return (info.num_pending or 0) + (info.num_ack_pending or 0)
