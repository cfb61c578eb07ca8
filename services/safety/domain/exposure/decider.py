"""How an exposure is recorded, and the rows that lead from a lot to every patient."""

from collections.abc import Sequence

from services.chassis.kernel import Decider, Fact, Put
from services.safety.domain.exposure.commands import Command
from services.safety.domain.exposure.events import Event, ExposureRecorded
from services.safety.domain.exposure.model import Exposure


def decide(command: Command, state: Exposure | None, facts: None) -> Sequence[Event]:
    """Return the recording; nothing for a session that is on record."""
    if state is not None:
        return []
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


DECIDER: Decider[Exposure, Command, Event, None] = Decider(decide, evolve, project)
