"""Lists by time: a list request to a page of documents and the next page's token."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.chassis.grpc.api import PAGE_SIZE_DEFAULT, Api
from services.chassis.grpc.pages import PageToken
from services.chassis.grpc.scope import current
from services.chassis.handling import AnyAggregate, Versioned
from services.chassis.sealing import derived_key


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
    token = PageToken(derived_key(api.keys, caller.chain_id, "page"), aggregate.name, bound)
    after = token.read(request.page_token) if request.page_token else None
    if caller.clinics:
        wanted["clinics"] = sorted(caller.clinics)
    size = request.page_size or PAGE_SIZE_DEFAULT
    marks = await listing(caller.chain_id, wanted, after, size + 1)
    # Asked together they are one read: the store groups them.
    found = await asyncio.gather(
        *(
            api.store.get(caller.chain_id, aggregate, mark.rpartition("|")[2])
            for mark in marks[:size]
        )
    )
    more = token.write(marks[size - 1]) if len(marks) > size else ""
    return [item for item in found if item is not None], more
