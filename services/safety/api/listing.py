"""Lists by time: a list request to a page of documents and the next page's token."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.chassis.grpc.api import Api
from services.chassis.grpc.pages import paging
from services.chassis.grpc.scope import current
from services.chassis.handling import AnyAggregate, Versioned


class Listing(Protocol):
    """Gives the marks `<time>|<id>` of documents in the list's order."""

    async def __call__(
        self, chain_id: str, wanted: Mapping[str, object], after: str | None, most: int
    ) -> Sequence[str]: ...


async def listed(
    api: Api,
    request: Any,  # noqa: ANN401 - any list request
    aggregate: AnyAggregate,
    listing: Listing,
    filters: Mapping[str, str],
) -> tuple[list[Versioned[Any]], str]:
    """Return the items of a list request in the caller's chain and clinics, and the next token."""
    caller = current().caller
    wanted: dict[str, object] = {name: value for name, value in filters.items() if value}
    bound = {name: str(value) for name, value in wanted.items()}
    page = paging(api.keys, caller.chain_id, request, aggregate.name, bound)
    if caller.clinics:
        wanted["clinics"] = sorted(caller.clinics)
    found = await listing(caller.chain_id, wanted, page.after, page.size + 1)
    marks, token = page.cut(found, str)
    # Asked together they are one read: the store groups them.
    items = await asyncio.gather(
        *(api.store.get(caller.chain_id, aggregate, mark.rpartition("|")[2]) for mark in marks)
    )
    return [item for item in items if item is not None], token
