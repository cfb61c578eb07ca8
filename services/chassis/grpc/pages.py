"""Pages of lists, and their tokens: opaque, bound to the chain, the list and its filters."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.chassis.handling import PageTokenInvalid
from services.chassis.sealing import KeyProvider, derived_key

ItemT = TypeVar("ItemT")

TOKEN_MARK_BYTES = 12
PAGE_SIZE_DEFAULT = 50


@dataclass(frozen=True, slots=True)
class PageToken:
    """Writes and reads the tokens of one list of one chain; the key is the chain's."""

    key: bytes
    name: str
    filters: Mapping[str, str]

    def write(self, after: str) -> str:
        said = after.encode()
        return base64.urlsafe_b64encode(self._mark(said) + said).decode()

    def read(self, token: str) -> str:
        """Return what the token says, or refuse it."""
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except (binascii.Error, ValueError):
            raise PageTokenInvalid from None
        mark, said = raw[:TOKEN_MARK_BYTES], raw[TOKEN_MARK_BYTES:]
        if not hmac.compare_digest(mark, self._mark(said)):
            raise PageTokenInvalid
        return said.decode()

    def _mark(self, said: bytes) -> bytes:
        bound = json.dumps([self.name, sorted(self.filters.items())]).encode()
        return hmac.digest(self.key, bound + b"\0" + said, "sha256")[:TOKEN_MARK_BYTES]


class ListRequest(Protocol):
    """A request for a list."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that a request asks for: where it goes on, how long it is, the token of the next."""

    token: PageToken
    after: str | None
    size: int

    def cut(
        self, found: Sequence[ItemT], place: Callable[[ItemT], str]
    ) -> tuple[Sequence[ItemT], str]:
        """Return the page, and the next one's token when more was found than fits."""
        if len(found) <= self.size:
            return found, ""
        return found[: self.size], self.token.write(place(found[self.size - 1]))


def paging(
    keys: KeyProvider, chain_id: str, request: ListRequest, name: str, bound: Mapping[str, str]
) -> Paging:
    """Read the page that `request` asks for of the list `name`, whose tokens `bound` binds."""
    token = PageToken(derived_key(keys, chain_id, "page"), name, bound)
    after = token.read(request.page_token) if request.page_token else None
    return Paging(token, after, request.page_size or PAGE_SIZE_DEFAULT)
