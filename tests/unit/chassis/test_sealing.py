"""What is sealed opens in its place, with its key, and nowhere else."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from services.chassis.clock import Ids
from services.chassis.kernel import SealedText
from services.chassis.sealing import FileKeyProvider, Sealer, derived_key

CHAIN, OWNER, TEXT = "chain", "owner", b"Zzcanary Quillfeather"


@dataclass
class Kept:
    """Keys and ciphertexts in memory."""

    keys: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    texts: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def owner_key(self, chain_id: str, owner_id: str) -> tuple[str, bytes] | None:
        return self.keys.get((chain_id, owner_id))

    async def keep_owner_key(
        self, chain_id: str, owner_id: str, key_id: str, wrapped: bytes
    ) -> None:
        self.keys.setdefault((chain_id, owner_id), (key_id, wrapped))

    async def sealed_text(
        self, chain_id: str, owner_id: str, reference: SealedText
    ) -> bytes | None:
        return self.texts.get((reference.item, reference.version))

    async def owners_of(self, chain_id: str, item: str) -> list[tuple[str, str]]:
        return [(OWNER, version) for kept, version in self.texts if kept == item]


@dataclass
class Scene:
    """A sealer and what it keeps."""

    sealer: Sealer
    kept: Kept

    async def seal(self, item: str = "note") -> SealedText:
        reference, value = await self.sealer.seal(CHAIN, OWNER, item, TEXT)
        self.kept.texts[item, value.version] = value.ciphertext
        assert TEXT not in value.ciphertext
        assert reference.digest == hashlib.sha256(value.ciphertext).digest()
        return reference


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    kept = Kept()
    return Scene(Sealer(FileKeyProvider(tmp_path / "keys.json"), kept, Ids()), kept)


async def test_what_was_sealed_opens(scene: Scene) -> None:
    assert await scene.sealer.open(CHAIN, OWNER, await scene.seal()) == TEXT


async def test_the_same_text_is_never_sealed_alike(scene: Scene) -> None:
    assert (await scene.seal()).digest != (await scene.seal()).digest


async def test_an_owner_is_found_by_what_was_sealed_and_nothing_shows_what_it_was(
    scene: Scene,
) -> None:
    reference, value = await scene.sealer.seal(CHAIN, OWNER, "identity", TEXT)
    [lookup] = scene.sealer.lookups(CHAIN, value, ["name\0zzcanary"])
    scene.kept.texts[lookup.item, lookup.version] = lookup.ciphertext
    assert await scene.sealer.found(CHAIN, "name\0zzcanary") == [(OWNER, reference.version)]
    assert await scene.sealer.found(CHAIN, "phone\0zzcanary") == []
    assert await scene.sealer.found("another chain", "name\0zzcanary") == []
    assert (lookup.ciphertext, lookup.key_id) == (b"", value.key_id)
    assert "zzcanary" not in lookup.item


async def test_elsewhere_it_does_not_open(scene: Scene) -> None:
    reference = await scene.seal()
    moved = replace(reference, item="other")
    scene.kept.texts[moved.item, moved.version] = scene.kept.texts["note", reference.version]
    with pytest.raises(InvalidTag):
        await scene.sealer.open(CHAIN, OWNER, moved)
    scene.kept.keys[CHAIN, "someone else"] = scene.kept.keys[CHAIN, OWNER]
    with pytest.raises(InvalidTag):
        await scene.sealer.open(CHAIN, "someone else", reference)
    scene.kept.keys["another chain", OWNER] = scene.kept.keys[CHAIN, OWNER]
    with pytest.raises(InvalidTag):
        await scene.sealer.open("another chain", OWNER, reference)


async def test_an_erased_key_erases_the_text(scene: Scene) -> None:
    reference = await scene.seal()
    scene.kept.keys.clear()
    assert await scene.sealer.open(CHAIN, OWNER, reference) is None
    await scene.seal()
    with pytest.raises(InvalidTag):
        await scene.sealer.open(CHAIN, OWNER, reference)


def test_keys_are_kept_privately_and_differ(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "consult.json"
    one, other = FileKeyProvider(path), FileKeyProvider(path)
    assert one.chain_key("a") == other.chain_key("a") != other.chain_key("b")
    assert path.stat().st_mode & 0o777 == 0o600
    assert derived_key(one, "a", "page") != derived_key(one, "a", "watch")
    assert derived_key(one, "a", "page") != derived_key(one, "b", "page")
