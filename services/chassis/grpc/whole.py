"""Everything of one subject, for an export: half of it would pass for the whole."""

from collections.abc import Iterable
from typing import Any

from services.chassis.grpc.api import Api, reachable
from services.chassis.grpc.scope import current
from services.chassis.handling import AnyAggregate, ClinicForbidden, PageQuery, Versioned

AT_ONCE = 200


async def everything(
    api: Api, aggregate: AnyAggregate, column: str, values: Iterable[str]
) -> list[Versioned[Any]]:
    """Return every document of the caller's chain whose `column` is one of `values`.

    Refused where the caller's token does not reach the clinic of one of them.
    """
    chain_id = current().caller.chain_id
    found: list[Versioned[Any]] = []
    for value in dict.fromkeys(values):
        after: str | None = None
        while True:
            query = PageQuery({column: value}, AT_ONCE, None, after)
            page = await api.store.page(chain_id, aggregate, query)
            found += page.items
            after = page.after
            if after is None:
                break
    if not all(reachable(each.state) for each in found):
        raise ClinicForbidden
    return found
