"""How an exposure is recorded, and the rows that lead from a lot to every patient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chassis.kernel import Decider, Fact, Put, Remove
from services.safety.domain.exposure.commands import (
    Command,
    MatchCases,
    RecordExposure,
    RepointExposure,
)
from services.safety.domain.exposure.events import (
    Event,
    ExposureMatched,
    ExposureRecorded,
    ExposureRepointed,
)
from services.safety.domain.exposure.model import Exposure


@dataclass(frozen=True, slots=True)
class Matches:
    """The cases that may stem from an exposure, by this version of the latency windows."""

    case_ids: Sequence[str]
    latency_windows_version: str


@dataclass(frozen=True, slots=True)
class Whose:
    """The record that the exposed patient's is by now."""

    patient_id: str


def decide(
    command: Command, state: Exposure | None, facts: Matches | Whose | None
) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    match command:
        case RecordExposure():
            assert isinstance(facts, Whose), "a recording asks whose it is by now"
            return recorded(command, state, facts.patient_id)
        case RepointExposure():
            return repointed(command, state)
        case MatchCases():
            assert state is not None, "an exposure is recorded before it is matched"
            assert isinstance(facts, Matches), "a match has its cases"
            return matched(command, state, facts)


def matched(command: MatchCases, state: Exposure, facts: Matches) -> list[Event]:
    """Return the match with cases that were not found before."""
    found = tuple(sorted(set(facts.case_ids) - set(state.case_ids)))
    if not found:
        return []
    return [
        ExposureMatched(
            state.session_id, state.patient_id, found, facts.latency_windows_version, command.at
        )
    ]


def recorded(command: RecordExposure, state: Exposure | None, patient_id: str) -> list[Event]:
    """Return the recording, with each lot once; again where another lot came to light."""
    known = state.lot_ids if state is not None else ()
    lot_ids = tuple(sorted({*command.lot_ids, *known}))
    if lot_ids == known:
        return []
    return [
        ExposureRecorded(
            session_id=command.session_id,
            patient_id=patient_id,
            clinic_id=command.clinic_id,
            room_id=command.room_id,
            practitioner_id=command.practitioner_id,
            device_head_id=command.device_head_id,
            lot_ids=lot_ids,
            administered_at=command.administered_at,
        )
    ]


def repointed(command: RepointExposure, state: Exposure | None) -> list[Event]:
    """Return the move; nothing where it is there already."""
    if state is None or state.patient_id == command.into_patient_id:
        return []
    return [
        ExposureRepointed(
            session_id=state.session_id,
            patient_id=command.into_patient_id,
            clinic_id=state.clinic_id,
            room_id=state.room_id,
            practitioner_id=state.practitioner_id,
            device_head_id=state.device_head_id,
            lot_ids=state.lot_ids,
            administered_at=state.administered_at,
            former_patient_id=state.patient_id,
            repointed_at=command.at,
        )
    ]


def evolve(state: Exposure | None, event: Event) -> Exposure:
    """Return the state after `event`.

    Where another lot came to light, every case has to be found again: none knows of that lot.
    """
    if isinstance(event, ExposureMatched):
        assert state is not None, "an exposure is recorded before anything is found of it"
        return replace(state, case_ids=(*state.case_ids, *event.case_ids))
    moved = isinstance(event, ExposureRepointed) and state is not None
    return Exposure(
        session_id=event.session_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        room_id=event.room_id,
        practitioner_id=event.practitioner_id,
        device_head_id=event.device_head_id,
        lot_ids=event.lot_ids,
        administered_at=event.administered_at,
        case_ids=state.case_ids if moved and state is not None else (),
    )


def project(event: Event) -> Sequence[Fact]:
    """Return one row for each lot that the session gave, in place of any there were."""
    if isinstance(event, ExposureMatched):
        return []
    rows = [Put("exposures", {"lot_id": lot_id} | given(event)) for lot_id in event.lot_ids]
    return [Remove("exposures", {"session_id": event.session_id}), *rows]


def given(event: ExposureRecorded | ExposureRepointed) -> dict[str, object]:
    """Return what the rows of one session have alike."""
    return {
        "session_id": event.session_id,
        "patient_id": event.patient_id,
        "clinic_id": event.clinic_id,
        "room_id": event.room_id,
        "practitioner_id": event.practitioner_id,
        "device_head_id": event.device_head_id,
        "administered_at": event.administered_at,
    }


DECIDER: Decider[Exposure, Command, Event, Matches | Whose | None] = Decider(
    decide, evolve, project
)
