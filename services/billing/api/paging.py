"""Pages of fact rows, under the same tokens as pages of documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.billing.handlers.views import Asked
from services.chassis.grpc.api import PAGE_SIZE_DEFAULT, Api
from services.chassis.grpc.pages import PageToken
from services.chassis.grpc.scope import current
from services.chassis.sealing import derived_key

ItemT = TypeVar("ItemT")


class ListRequest(Protocol):
    """A request for a list."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True)
class Paging:
    """One page that is asked for: the question to the views, and the token of the next."""

    asked: Asked
    token: PageToken

    def cut(
        self, found: Sequence[ItemT], place: Callable[[ItemT], str]
    ) -> tuple[Sequence[ItemT], str]:
        """Return the page, and the next one's token when more was found than fits."""
        size = self.asked.most - 1
        if len(found) <= size:
            return found, ""
        return found[:size], self.token.write(place(found[size - 1]))


def paging(api: Api, request: ListRequest, name: str, filters: Mapping[str, str]) -> Paging:
    """Read the page that `request` asks for; `filters` are fields of Asked."""
    caller = current().caller
    wanted = {key: value for key, value in filters.items() if value}
    token = PageToken(derived_key(api.keys, caller.chain_id, "page"), name, wanted)
    asked = Asked(
        chain_id=caller.chain_id,
        clinics=caller.clinics,
        most=(request.page_size or PAGE_SIZE_DEFAULT) + 1,
        after=token.read(request.page_token) if request.page_token else None,
        **wanted,
    )
    return Paging(asked, token)
