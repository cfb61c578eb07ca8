"""Other treatments of the hair beside ours, over time."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import DateInvalid
from services.consult.domain.patient.clinical import Therapy
from services.consult.domain.patient.commands import EndTherapy, RecordTherapy
from services.consult.domain.patient.errors import TherapyNotFound
from services.consult.domain.patient.events import TherapyEnded, TherapyRecorded
from services.consult.domain.patient.model import Patient


def record(command: RecordTherapy, state: Patient) -> Sequence[TherapyRecorded]:
    """Record a therapy, or refuse one that ends before it begins."""
    if command.ended_on is not None and command.ended_on < command.started_on:
        raise DateInvalid
    therapy = Therapy(
        command.therapy_id, command.kind, command.coding, command.started_on, command.ended_on
    )
    return [TherapyRecorded(state.patient_id, therapy, command.at)]


def end(command: EndTherapy, state: Patient) -> Sequence[TherapyEnded]:
    """Record when a therapy ended; said again, the later word holds."""
    found = next((t for t in state.therapies if t.therapy_id == command.therapy_id), None)
    if found is None:
        raise TherapyNotFound
    if command.ended_on < found.started_on:
        raise DateInvalid
    return [TherapyEnded(state.patient_id, command.therapy_id, command.ended_on, command.at)]


def ended(therapies: Sequence[Therapy], event: TherapyEnded) -> tuple[Therapy, ...]:
    """Return the therapies with the one of `event` at its end."""
    return tuple(
        replace(each, ended_on=event.ended_on) if each.therapy_id == event.therapy_id else each
        for each in therapies
    )
