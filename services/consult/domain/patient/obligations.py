"""What came to be known that keeps a record: a treatment, a payment, a serious case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.consult.domain.patient.commands import NoteObligation
from services.consult.domain.patient.events import ObligationNoted
from services.consult.domain.patient.model import Patient, PatientState


def note(command: NoteObligation, state: Patient) -> Sequence[ObligationNoted]:
    """Note it on the record it names, merged or not; nothing where it is known, or too late."""
    treated = later(command.last_treated_at, state.last_treated_at)
    paid = later(command.last_paid_at, state.last_paid_at)
    known = command.serious_case_id in (None, *state.open_serious_case_ids)
    if state.state is PatientState.ERASED or (known and treated is None and paid is None):
        return []
    case = None if known else command.serious_case_id
    return [ObligationNoted(state.patient_id, treated, paid, case, command.at)]


def later(stated: datetime | None, known: datetime | None) -> datetime | None:
    """Return `stated` where it is later than what is known."""
    return stated if stated is not None and (known is None or stated > known) else None


def noted(state: Patient, event: ObligationNoted) -> Patient:
    """Return the record with what keeps it."""
    case = () if event.serious_case_id is None else (event.serious_case_id,)
    return replace(
        state,
        last_treated_at=event.last_treated_at or state.last_treated_at,
        last_paid_at=event.last_paid_at or state.last_paid_at,
        open_serious_case_ids=(*state.open_serious_case_ids, *case),
    )
