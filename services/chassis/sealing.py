"""Identity and typed texts, sealed per person: destroying one key erases one person.

AES-256-GCM under a data key per owner; the data key is wrapped by the chain's key, which a
key provider holds outside the database. Hashes that go into events are over the ciphertext.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.clock import Ids
from services.chassis.handling import SealedValue
from services.chassis.kernel import SealedText

NONCE_BYTES = 12
KEY_BYTES = 32


class KeyProvider(Protocol):
    """Holds one key per chain. Production puts a key service behind this."""

    def chain_key(self, chain_id: str) -> bytes: ...


@dataclass(slots=True)
class FileKeyProvider:
    """Chain keys in one local file, made at first need. For development and small installations."""

    path: Path
    _keys: dict[str, bytes] = field(default_factory=dict)

    def chain_key(self, chain_id: str) -> bytes:
        """Return the 32-byte key of `chain_id`."""
        if chain_id not in self._keys:
            self._keys[chain_id] = self._read_or_make(chain_id)
        return self._keys[chain_id]

    def _read_or_make(self, chain_id: str) -> bytes:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            keys = json.loads(file.read() or "{}")
            if chain_id not in keys:
                keys[chain_id] = os.urandom(KEY_BYTES).hex()
                file.seek(0)
                file.write(json.dumps(keys))
                file.flush()
                os.fsync(file.fileno())
            return bytes.fromhex(keys[chain_id])


def derived_key(keys: KeyProvider, chain_id: str, purpose: str) -> bytes:
    """Return a key for one purpose, derived from the chain's: gone when that is gone."""
    return hmac.digest(keys.chain_key(chain_id), purpose.encode(), "sha256")


class KeyStore(Protocol):
    """Where wrapped data keys and ciphertexts are kept."""

    async def owner_key(self, chain_id: str, owner_id: str) -> tuple[str, bytes] | None: ...

    async def keep_owner_key(
        self, chain_id: str, owner_id: str, key_id: str, wrapped: bytes
    ) -> None: ...

    async def sealed_text(
        self, chain_id: str, owner_id: str, reference: SealedText
    ) -> bytes | None: ...

    async def owners_of(self, chain_id: str, item: str) -> Sequence[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens texts of one owner in one chain."""

    keys: KeyProvider
    store: KeyStore
    ids: Ids
    random_bytes: Callable[[int], bytes] = os.urandom

    async def seal(
        self, chain_id: str, owner_id: str, item: str, content: bytes
    ) -> tuple[SealedText, SealedValue]:
        """Return the reference for the event and the value for the store."""
        key_id, key = await self._owner_key(chain_id, owner_id)
        version = self.ids.new()
        nonce = self.random_bytes(NONCE_BYTES)
        place = _place(chain_id, owner_id, item, version)
        ciphertext = nonce + AESGCM(key).encrypt(nonce, content, place)
        reference = SealedText(item, version, hashlib.sha256(ciphertext).digest())
        value = SealedValue(
            owner_id=owner_id, item=item, version=version, ciphertext=ciphertext, key_id=key_id
        )
        return reference, value

    async def open(self, chain_id: str, owner_id: str, reference: SealedText) -> bytes | None:
        """Return what was sealed, or None when it or its key has been erased."""
        found = await self.store.owner_key(chain_id, owner_id)
        sealed = await self.store.sealed_text(chain_id, owner_id, reference)
        if found is None or sealed is None:
            return None
        key = self._unwrap(chain_id, owner_id, found[1])
        place = _place(chain_id, owner_id, reference.item, reference.version)
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)

    def lookups(
        self, chain_id: str, sealed: SealedValue, terms: Iterable[str]
    ) -> list[SealedValue]:
        """Return what finds the owner of `sealed` by `terms`, to be kept beside it.

        A blind index: hashes under a key of the chain, of the same version as the text, so that
        what a newer text no longer says falls away. They go with the owner's key.
        """
        return [replace(sealed, item=self._lookup(chain_id, t), ciphertext=b"") for t in terms]

    async def found(self, chain_id: str, term: str) -> Sequence[tuple[str, str]]:
        """Return the owners that were sealed with `term`, each with the version that said so."""
        return await self.store.owners_of(chain_id, self._lookup(chain_id, term))

    def _lookup(self, chain_id: str, term: str) -> str:
        key = derived_key(self.keys, chain_id, "lookup")
        return f"lookup:{hmac.digest(key, term.encode(), 'sha256').hex()}"

    async def _owner_key(self, chain_id: str, owner_id: str) -> tuple[str, bytes]:
        found = await self.store.owner_key(chain_id, owner_id)
        if found is None:
            key_id, wrapped = str(uuid4()), self._wrap(chain_id, owner_id)
            await self.store.keep_owner_key(chain_id, owner_id, key_id, wrapped)
            found = await self.store.owner_key(chain_id, owner_id)
            assert found is not None, "just kept"
        return found[0], self._unwrap(chain_id, owner_id, found[1])

    def _wrap(self, chain_id: str, owner_id: str) -> bytes:
        nonce = self.random_bytes(NONCE_BYTES)
        wrapping = AESGCM(self.keys.chain_key(chain_id))
        key = self.random_bytes(KEY_BYTES)
        return nonce + wrapping.encrypt(nonce, key, _place(chain_id, owner_id))

    def _unwrap(self, chain_id: str, owner_id: str, wrapped: bytes) -> bytes:
        wrapping = AESGCM(self.keys.chain_key(chain_id))
        return wrapping.decrypt(
            wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _place(chain_id, owner_id)
        )


def _place(*parts: str) -> bytes:
    """Bind a ciphertext to where it belongs: moved elsewhere it does not open."""
    return b"".join(len(part).to_bytes(2, "big") + part.encode() for part in parts)
