"""One command on one document: etag, clinics, versions, the chain of hashes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from services.chassis.clock import Ids
from services.chassis.handling import (
    Aggregate,
    ClinicForbidden,
    EtagMismatch,
    Invocation,
    Owed,
    reached,
)
from services.chassis.kernel import Decider
from services.chassis.postgres.advance import Advance, Slot
from services.chassis.postgres.journal import GENESIS, hash_chain
from services.consult.domain.clinic.commands import AddRoom
from services.consult.domain.clinic.events import Event, RoomAdded
from services.consult.domain.clinic.model import Clinic
from services.consult.events.published import CONTRACT
from tests.support.clocks import StoppedClock
from tests.support.hearing import BARE_CLINIC, open_clinic

AT = StoppedClock().now()
ADVANCE = Advance(Ids(), CONTRACT)
CALL = Invocation(chain_id="chain", actor="me", at=AT, request_id="r", traceparent="t")


def opened() -> Slot:
    slot = Slot(BARE_CLINIC, "chain", "clinic")
    ADVANCE(slot, Owed(BARE_CLINIC, "clinic", open_clinic("clinic", "chain", AT)), None, CALL, AT)
    return slot


def add(slot: Slot, code: str, call: Invocation = CALL) -> None:
    ADVANCE(slot, Owed(BARE_CLINIC, "clinic", AddRoom("clinic", code, code, AT)), None, call, AT)


def test_versions_and_hashes_follow_one_another() -> None:
    slot = opened()
    add(slot, "a")
    add(slot, "b")
    assert (
        [entry.version for entry in slot.entries] == [1, 2, 3] == list(range(1, slot.version + 1))
    )
    assert slot.hashes == hash_chain(GENESIS, slot.entries)
    assert slot.head == slot.hashes[-1]
    assert slot.expected == 0
    assert len({entry.event_id for entry in slot.entries}) == 3
    assert {(e.actor, e.request_id, e.traceparent, e.occurred_at) for e in slot.entries} == {
        ("me", "r", "t", AT)
    }


def test_what_one_trace_led_to_correlates() -> None:
    slot = opened()
    trace = "0af7651916cd43dd8448eb211c80319c"
    traceparent = f"00-{trace}-b7ad6b7169203331-01"
    add(slot, "a", replace(CALL, traceparent=traceparent, cause_id="cause"))
    first, second = slot.entries
    assert (first.correlation_id, first.cause_id) == (first.event_id, None)
    assert (second.correlation_id, second.cause_id) == (str(UUID(trace)), "cause")


def test_an_etag_must_be_the_version_and_changes_nothing_otherwise() -> None:
    slot = opened()
    with pytest.raises(EtagMismatch) as refused:
        add(slot, "a", replace(CALL, expected_version=2))
    assert refused.value.metadata == {"version": "1"}
    assert (slot.version, len(slot.entries)) == (1, 1)
    add(slot, "a", replace(CALL, expected_version=1))
    assert slot.version == 2


def test_a_clinic_is_reached_by_its_own_tokens() -> None:
    slot = opened()
    with pytest.raises(ClinicForbidden):
        add(slot, "a", replace(CALL, clinics=frozenset({"elsewhere"})))
    add(slot, "a", replace(CALL, clinics=frozenset({"clinic"})))
    assert slot.version == 2


def test_facts_follow_their_events_and_nothing_follows_nothing() -> None:
    slot = opened()
    assert [type(fact).__name__ for fact in slot.facts] == ["Put"]
    quiet = replace(BARE_CLINIC, decider=replace(BARE_CLINIC.decider, decide=lambda c, s, f: []))
    slot.aggregate = quiet
    outcome = ADVANCE(slot, Owed(quiet, "clinic", object()), None, CALL, AT)
    assert (outcome.events, outcome.version, slot.version) == ([], 1, 1)


def test_events_of_one_command_are_chained_in_order() -> None:
    def two(command: Any, state: Clinic | None, facts: object) -> Sequence[Event]:  # noqa: ANN401 - any command
        return [RoomAdded("clinic", n, n, AT) for n in ("a", "b")]

    slot = opened()
    slot.aggregate = Aggregate("clinic", Decider(two, BARE_CLINIC.decider.evolve), Clinic)
    outcome = ADVANCE(slot, Owed(slot.aggregate, "clinic", object()), None, CALL, AT)
    assert outcome.version == 3
    assert [room.room_id for room in outcome.state.rooms] == ["a", "b"]
    assert slot.hashes == hash_chain(GENESIS, slot.entries)


@dataclass(frozen=True)
class Placed:
    """Something of a clinic, and perhaps of further ones."""

    clinic_id: str | None = "home"
    further_clinic_ids: tuple[str, ...] = ()


SHARED = Placed(further_clinic_ids=("there", "yonder"))


@pytest.mark.parametrize(
    ("clinics", "state", "reads", "acts"),
    [
        ((), Placed(), True, True),
        (("home",), Placed(), True, True),
        (("there",), Placed(), False, False),
        (("there",), SHARED, True, False),
        (("else", "yonder"), SHARED, True, False),
        (("home",), SHARED, True, True),
        (("else",), SHARED, False, False),
        (("there",), Placed(None), True, True),
        (("there",), object(), True, True),
        (("there",), None, True, True),
    ],
)
def test_a_thing_is_reached_by_its_clinic_and_by_further_ones(
    clinics: tuple[str, ...], state: object, reads: bool, acts: bool
) -> None:
    assert reached(frozenset(clinics), state) is reads
    assert reached(frozenset(clinics), state, further=False) is acts


@pytest.mark.parametrize("only_read", [True, False])
def test_a_further_clinic_acts_unless_it_only_reads(only_read: bool) -> None:
    def decide(command: object, state: object, facts: object) -> Sequence[object]:
        return []

    kind: Aggregate[Any, Any, Any, Any] = Aggregate(
        "thing", Decider(decide, lambda state, event: state), Placed, further_only_read=only_read
    )
    slot = Slot(kind, "chain", "thing", state=SHARED)
    call = replace(CALL, clinics=frozenset({"there"}))
    if only_read:
        with pytest.raises(ClinicForbidden):
            ADVANCE(slot, Owed(kind, "thing", object()), None, call, AT)
    else:
        assert ADVANCE(slot, Owed(kind, "thing", object()), None, call, AT).events == []
