"""How an exposure is recorded, and the rows that lead from a lot to every patient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chassis.kernel import Decider, Fact, Put
from services.safety.domain.exposure.commands import Command, MatchCases, RecordExposure
from services.safety.domain.exposure.events import Event, ExposureMatched, ExposureRecorded
from services.safety.domain.exposure.model import Exposure


@dataclass(frozen=True, slots=True)
class Matches:
    """The cases that may stem from an exposure, by this version of the latency windows."""

    case_ids: Sequence[str]
    latency_windows_version: str


def decide(command: Command, state: Exposure | None, facts: Matches | None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    match command:
        case RecordExposure():
            return recorded(command) if state is None else []
        case MatchCases():
            assert state is not None, "an exposure is recorded before it is matched"
            assert facts is not None, "a match has its cases"
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


def recorded(command: RecordExposure) -> list[Event]:
    """Return the recording, with each lot once."""
    return [
        ExposureRecorded(
            session_id=command.session_id,
            patient_id=command.patient_id,
            clinic_id=command.clinic_id,
            room_id=command.room_id,
            practitioner_id=command.practitioner_id,
            device_head_id=command.device_head_id,
            lot_ids=tuple(sorted(set(command.lot_ids))),
            administered_at=command.administered_at,
        )
    ]


def evolve(state: Exposure | None, event: Event) -> Exposure:
    """Return the state after `event`."""
    if isinstance(event, ExposureMatched):
        assert state is not None, "an exposure is recorded before anything is found of it"
        return replace(state, case_ids=(*state.case_ids, *event.case_ids))
    return Exposure(
        session_id=event.session_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        room_id=event.room_id,
        practitioner_id=event.practitioner_id,
        device_head_id=event.device_head_id,
        lot_ids=event.lot_ids,
        administered_at=event.administered_at,
    )


def project(event: Event) -> Sequence[Fact]:
    """Return one row for each lot that the session gave."""
    if isinstance(event, ExposureMatched):
        return []
    return [Put("exposures", {"lot_id": lot_id} | given(event)) for lot_id in event.lot_ids]


def given(event: ExposureRecorded) -> dict[str, object]:
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


DECIDER: Decider[Exposure, Command, Event, Matches | None] = Decider(decide, evolve, project)
