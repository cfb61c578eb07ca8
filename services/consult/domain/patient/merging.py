"""Two records of one person become one."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.kernel import Violation
from services.consult.domain.patient.clinical import History, united
from services.consult.domain.patient.commands import AbsorbPatient, MergePatients
from services.consult.domain.patient.errors import (
    LegalHoldActive,
    MergeNotAllowed,
    PatientNotFound,
)
from services.consult.domain.patient.events import ObligationNoted, PatientAbsorbed, PatientMerged
from services.consult.domain.patient.model import (
    AgeBand,
    Patient,
    PatientState,
    PregnancyPotential,
)
from services.consult.domain.patient.obligations import later
from services.consult.domain.patient.standing import usable

# Not asked is no answer that would let anything pass.
MOST_CAREFUL = (
    PregnancyPotential.ASKED_YES,
    PregnancyPotential.NOT_ASKED,
    PregnancyPotential.ASKED_NO,
)


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """The record that stays, and what goes along with the duplicate.

    `unabsorbed_ids` are records merged into the duplicate that it has not taken in yet.
    """

    survivor: Patient | None
    unabsorbed_ids: tuple[str, ...]
    consultation_ids: tuple[str, ...]
    plan_ids: tuple[str, ...]


def merge(
    command: MergePatients, state: Patient | None, facts: MergeFacts
) -> Sequence[PatientMerged]:
    """Let a duplicate end in another record, or refuse two that cannot become one."""
    duplicate, survivor = usable(state), facts.survivor
    if survivor is None:
        raise PatientNotFound
    refuse_unlike(duplicate, survivor, facts.unabsorbed_ids)
    if holds := [*duplicate.legal_hold_ids, *survivor.legal_hold_ids]:
        raise LegalHoldActive(violations=[Violation("LEGAL_HOLD", hold) for hold in holds])
    return [
        PatientMerged(
            patient_id=duplicate.patient_id,
            into_patient_id=survivor.patient_id,
            consultation_ids=facts.consultation_ids,
            plan_ids=facts.plan_ids,
            merged_at=command.at,
        )
    ]


def refuse_unlike(duplicate: Patient, survivor: Patient, unabsorbed_ids: Sequence[str]) -> None:
    """Refuse what would lose something: a record that is over, or one that says otherwise."""
    if duplicate.patient_id == survivor.patient_id:
        raise MergeNotAllowed(violations=[Violation("PATIENT", survivor.patient_id, "is the same")])
    if survivor.state is not PatientState.ACTIVE:
        raise MergeNotAllowed(
            violations=[Violation("PATIENT", survivor.patient_id, survivor.state.value)]
        )
    if duplicate.vital_status is not survivor.vital_status:
        # The dead stay dead: whichever of the two is wrong is amended first.
        raise MergeNotAllowed(violations=[Violation("VITAL_STATUS", duplicate.vital_status.value)])
    if {duplicate.age_band, survivor.age_band} == {AgeBand.MINOR, AgeBand.ADULT}:
        # Nobody is both: whichever birth date is wrong, or was looked at too long ago, likewise.
        raise MergeNotAllowed(violations=[Violation("AGE_BAND", duplicate.age_band.value)])
    if unabsorbed_ids:
        raise MergeNotAllowed(
            violations=[Violation("PATIENT", id, "is being taken in") for id in unabsorbed_ids]
        )


def absorb(
    command: AbsorbPatient, state: Patient | None, duplicate: Patient | None
) -> Sequence[PatientAbsorbed | ObligationNoted]:
    """Take in what a duplicate said, and what keeps it; nothing where that was done."""
    if state is None or duplicate is None:
        raise PatientNotFound
    known = {*state.merged_patient_ids, state.patient_id}
    new = [id for id in (*duplicate.merged_patient_ids, duplicate.patient_id) if id not in known]
    if state.state is PatientState.ERASED or duplicate.patient_id not in new:
        return []
    absorbed = [
        PatientAbsorbed(
            patient_id=state.patient_id,
            merged_patient_id=merged,
            history=histories(state.history, duplicate.history),
            pregnancy_potential=potential(state, duplicate),
            therapies=tuple(dict.fromkeys((*state.therapies, *duplicate.therapies))),
            absorbed_at=command.at,
            further_clinic_ids=reaching(state, duplicate),
        )
        for merged in new
    ]
    return [*absorbed, *obligations(command, state, duplicate)]


def histories(own: History | None, other: History | None) -> History | None:
    """Return both as one; a record without any says nothing."""
    return united(own, other) if own and other else own or other


def reaching(own: Patient, other: Patient) -> tuple[str, ...]:
    """Return the further clinics of both: whoever treats the duplicate treats this person."""
    clinics = (*own.further_clinic_ids, other.clinic_id, *other.further_clinic_ids)
    return tuple(dict.fromkeys(each for each in clinics if each != own.clinic_id))


def potential(own: Patient, other: Patient) -> PregnancyPotential:
    """Return the answer that forbids more."""
    return min(own.pregnancy_potential, other.pregnancy_potential, key=MOST_CAREFUL.index)


def obligations(
    command: AbsorbPatient, state: Patient, duplicate: Patient
) -> Sequence[ObligationNoted]:
    """Return what keeps the duplicate and is not known to keep the record that stays."""
    treated = later(duplicate.last_treated_at, state.last_treated_at)
    paid = later(duplicate.last_paid_at, state.last_paid_at)
    cases = [c for c in duplicate.open_serious_case_ids if c not in state.open_serious_case_ids]
    noted = [ObligationNoted(state.patient_id, None, None, case, command.at) for case in cases]
    if treated or paid:
        noted.append(ObligationNoted(state.patient_id, treated, paid, None, command.at))
    return noted
