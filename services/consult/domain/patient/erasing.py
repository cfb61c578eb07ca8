"""Erasing a person, or restricting a record that has to be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.kernel import Violation
from services.consult.domain.formulary.model import Policy
from services.consult.domain.patient.commands import ErasePatient, RetryErasure
from services.consult.domain.patient.errors import (
    ClearanceStale,
    PatientInTreatment,
    SafetyUnavailable,
)
from services.consult.domain.patient.events import PatientErased, PatientRestricted
from services.consult.domain.patient.keeping import Duty, held, retained
from services.consult.domain.patient.model import Patient, PatientState
from services.consult.domain.patient.standing import present

# As long as a clearance holds for a session.
ANSWER_GOOD_FOR = timedelta(seconds=5)
Outcome = Sequence[PatientErased | PatientRestricted]


@dataclass(frozen=True, slots=True)
class ErasureFacts:
    """The records merged into this one, the person's accepted plans, the chain's numbers."""

    merged: tuple[Patient, ...]
    accepted_plan_ids: tuple[str, ...]
    policy: Policy | None


def erase(command: ErasePatient, state: Patient | None, facts: ErasureFacts) -> Outcome:
    """Erase, or restrict where that is asked for, or refuse with what keeps the record.

    What is known to keep it refuses even where safety could not be asked; that nothing is known
    is not enough.
    """
    patient = present(state)
    records = (patient, *facts.merged)
    asked = command.kept.open_serious_case_ids if command.kept else ()
    duty = held(records, asked)
    if duty is None:
        refuse_unasked(command, records)
        duty = retained(records, facts.policy, command.at.date())
    if duty is not None and not command.restrict_if_kept:
        raise duty.refusal
    refuse_in_treatment(records, facts.accepted_plan_ids)
    if duty is not None:
        return restricted(patient, duty, command.at)
    return [erased(records, command.at)]


def retry(command: RetryErasure, state: Patient | None, facts: ErasureFacts) -> Outcome:
    """Erase a restricted record that nothing known here keeps any more; restrict it anew otherwise.

    A timer has no caller in whose name safety could be asked. What safety said is heard from its
    events, and nothing new has begun with the record since.
    """
    if state is None or state.state is not PatientState.RESTRICTED:
        return []
    records = (state, *facts.merged)
    duty = held(records, ()) or retained(records, facts.policy, command.at.date())
    if duty is not None:
        return restricted(state, duty, command.at)
    refuse_in_treatment(records, facts.accepted_plan_ids)
    return [erased(records, command.at)]


def refuse_unasked(command: ErasePatient, records: Sequence[Patient]) -> None:
    """Refuse an answer of safety that is missing, old, or not about every record of the person."""
    if command.kept is None:
        raise SafetyUnavailable
    covered = {record.patient_id for record in records} <= set(command.asked_patient_ids)
    if not covered or abs(command.at - command.kept.asked_at) > ANSWER_GOOD_FOR:
        raise ClearanceStale


def refuse_in_treatment(records: Sequence[Patient], accepted_plan_ids: Sequence[str]) -> None:
    """Refuse while a plan is accepted and nobody was treated: it is to be withdrawn first."""
    if accepted_plan_ids and not any(record.last_treated_at for record in records):
        raise PatientInTreatment(
            violations=[Violation("PLAN", plan_id) for plan_id in accepted_plan_ids]
        )


def restricted(patient: Patient, duty: Duty, at: datetime) -> Outcome:
    """Return the restriction; nothing where it stands already with the same end."""
    if (patient.state, patient.restricted_until) == (PatientState.RESTRICTED, duty.until):
        return []
    return [PatientRestricted(patient.patient_id, duty.until, at)]


def erased(records: Sequence[Patient], at: datetime) -> PatientErased:
    """Return the erasure of a record with all that were merged into it."""
    first, *merged = [record.patient_id for record in records]
    return PatientErased(first, tuple(sorted(merged)), at)
