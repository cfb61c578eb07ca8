"""What a process remembers: bounded, never older than it was, and a hint at most."""

from services.chassis.handling import Invocation
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.memory import KEPT_MOST, Memory, Recent
from services.consult.handlers.directory import CLINIC, PRACTITIONER
from tests.support.clocks import StoppedClock


def slot(version: int, state: object = "state", key: str = "key", chain: str = "chain") -> Slot:
    return Slot(CLINIC, chain, key, state, version, version, bytes([version]))


def call(request_id: str | None, chain: str = "chain") -> Invocation:
    return Invocation(chain_id=chain, actor="me", at=StoppedClock().now(), request_id=request_id)


def remembered(memory: Memory, key: str = "key", chain: str = "chain") -> tuple[object, ...] | None:
    found = memory.slot(CLINIC, chain, key)
    if found is None:
        return None
    return found.state, found.expected, found.version, found.head


def test_those_touched_last_are_kept() -> None:
    recent: Recent[int, str] = Recent(3)
    for n in range(3):
        recent.put(n, str(n))
    assert recent.get(0) == "0"
    recent.put(1, "one")
    recent.put(3, "3")
    assert [recent.get(n) for n in range(4)] == ["0", "one", None, "3"]
    recent.forget(0)
    recent.forget(0)
    recent.put(4, "4")
    assert [recent.get(n) for n in (0, 1, 3, 4)] == [None, "one", "3", "4"]


def test_a_memory_is_bounded() -> None:
    memory = Memory()
    for n in range(KEPT_MOST + 10):
        memory.keep(slot(1, key=str(n)))
        memory.keep_answered(call(str(n)))
    assert len(memory._documents._values) == len(memory._answered._values) == KEPT_MOST
    assert remembered(memory, "9") is None
    assert remembered(memory, "10") == ("state", 1, 1, b"\x01")
    assert not memory.answered(call("9"))
    assert memory.answered(call("10"))


def test_an_older_version_never_replaces_a_newer_one() -> None:
    memory = Memory()
    for version, expected in ((0, 0), (2, 2), (1, 2), (2, 2), (0, 2), (3, 3)):
        memory.keep(slot(version, f"v{version}"))
        assert remembered(memory) == (f"v{expected}", expected, expected, bytes([expected]))


def test_what_is_not_born_yet_is_remembered_and_what_was_never_seen_is_not() -> None:
    memory = Memory()
    assert remembered(memory) is None
    memory.keep(Slot(CLINIC, "chain", "key"))
    assert remembered(memory) == (None, 0, 0, b"")


def test_a_slot_is_ones_own_to_change() -> None:
    memory = Memory()
    memory.keep(slot(1))
    changed = memory.slot(CLINIC, "chain", "key")
    assert changed is not None
    changed.state, changed.version, changed.head = "changed", 2, b"2"
    changed.hashes.append(b"2")
    fresh = memory.slot(CLINIC, "chain", "key")
    assert fresh is not None
    assert remembered(memory) == ("state", 1, 1, b"\x01")
    assert (fresh.entries, fresh.hashes, fresh.facts) == ([], [], [])


def test_chains_remember_apart() -> None:
    memory = Memory()
    memory.keep(slot(1, "one"))
    memory.keep(slot(2, "other", chain="other"))
    memory.keep_answered(call("r"))
    assert remembered(memory) == ("one", 1, 1, b"\x01")
    assert remembered(memory, chain="other") == ("other", 2, 2, b"\x02")
    assert (memory.answered(call("r")), memory.answered(call("r", "other"))) == (True, False)
    memory.forget([("other", "key"), ("third", "key")])
    assert (remembered(memory) is None, remembered(memory, chain="other")) == (False, None)


def test_who_gives_no_request_id_was_never_answered() -> None:
    memory = Memory()
    memory.keep_answered(call(None))
    assert not memory.answered(call(None))


def test_all_is_forgotten_at_once() -> None:
    memory = Memory()
    memory.keep(slot(3))
    memory.keep_answered(call("r"))
    memory.clear()
    assert remembered(memory) is None
    assert not memory.answered(call("r"))
    memory.keep(slot(1))
    assert remembered(memory) == ("state", 1, 1, b"\x01"), "older is as good as any by now"


def test_the_id_of_another_kind_of_document_is_nothing_seen() -> None:
    memory = Memory()
    memory.keep(slot(1))
    assert memory.slot(PRACTITIONER, "chain", "key") is None
