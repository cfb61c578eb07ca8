"""Page tokens: opaque, bound to the chain, the list and its filters."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.handling import PageTokenInvalid

TOKEN_MARK_BYTES = 12


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
