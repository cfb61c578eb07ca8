"""Other treatments of the hair beside ours, over time."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import DateInvalid, Violation
from services.consult.domain.patient.clinical import Therapy
from services.consult.domain.patient.commands import EndTherapy, RecordTherapy
from services.consult.domain.patient.errors import TherapyNotFound
from services.consult.domain.patient.events import TherapyEnded, TherapyRecorded
from services.consult.domain.patient.model import Patient
from services.consult.domain.patient.vocabulary import THERAPY_SYSTEM, unknown
from services.consult.domain.plan.errors import TherapyUnknown


def record(command: RecordTherapy, state: Patient) -> Sequence[TherapyRecorded]:
    """Record a therapy, or refuse one that is not known or ends before it begins."""
    if command.ended_on is not None and command.ended_on < command.started_on:
        raise DateInvalid
    refuse_unknown(command)
    therapy = Therapy(
        command.therapy_id, command.kind, command.coding, command.started_on, command.ended_on
    )
    return [TherapyRecorded(state.patient_id, therapy, command.at)]


def refuse_unknown(command: RecordTherapy) -> None:
    """Refuse a therapy of the reference data that it lacks or has as another kind."""
    day, coding = command.at.date(), command.coding
    if coding.system != THERAPY_SYSTEM:
        if not command.vocabulary.knows(coding, day):
            raise unknown("coding.code", coding)
        return
    row = command.vocabulary.therapy(coding.code, day)
    if row is None:
        said = f"{coding.code} is no therapy of the reference data"
        raise TherapyUnknown(violations=[Violation("THERAPY", "coding.code", said)])
    if row.kind is not command.kind:
        said = f"{coding.code} is {row.kind.value}"
        raise TherapyUnknown(violations=[Violation("THERAPY", "kind", said)])


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
