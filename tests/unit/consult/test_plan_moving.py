"""A plan that goes to another clinic: the patient's signature stands, somebody there answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.patient.model import VitalStatus
from services.consult.domain.plan import errors
from services.consult.domain.plan.events import Event, PlanCleared, ResponsibilitySigned
from services.consult.domain.plan.facts import RecheckFacts, ResponsibilityFacts
from services.consult.domain.plan.model import PlanState
from services.consult.domain.practitioner.errors import (
    LicenceLapsed,
    ResponsiblePractitionerRequired,
)
from services.consult.domain.practitioner.model import Practitioner, Profession
from tests.unit.consult.plans import (
    ACCEPT,
    ACCEPTANCE,
    CONSENTED,
    ENDED,
    FLAGGED,
    MOVE,
    MOVED,
    OTHER_CLINIC,
    OTHER_DOCTOR,
    OWN_SIGNATURE,
    QUOTED,
    RUNNING,
    SIGN,
    SIGNED,
    SIGNING,
    TAKE_ON,
    TAKEN_BACK,
    VOIDED,
    after,
    plan_after,
)
from tests.unit.consult.samples import (
    CLINIC,
    DOCTOR,
    NOW,
    PATIENT,
    PLAN,
    TODAY,
    around,
    clinic,
    doctor,
    ground,
    patient,
    proposed,
)


def there(profession: Profession = Profession.PHYSICIAN) -> Practitioner:
    """Return somebody of the other clinic."""
    return replace(doctor(profession), practitioner_id=OTHER_DOCTOR, clinic_ids=(OTHER_CLINIC,))


HERE = RecheckFacts(around())
ANSWERS = ResponsibilityFacts(there())
TAKEN_ON = ResponsibilitySigned(
    PLAN, PATIENT, OTHER_CLINIC, OTHER_DOCTOR, "consent-1", OWN_SIGNATURE, NOW
)


@pytest.mark.parametrize("history", [(proposed(),), QUOTED, CONSENTED, RUNNING])
def test_a_plan_moves(history: tuple[Event, ...]) -> None:
    assert after(*history).when(MOVE, HERE) == [MOVED]
    before, plan = plan_after(*history), plan_after(*history, MOVED)
    assert (plan.clinic_id, plan.responsible_signed) == (OTHER_CLINIC, False)
    assert (plan.state, plan.quote, plan.consent) == (before.state, before.quote, before.consent)
    assert plan.terms_version == before.terms_version


def test_a_plan_that_is_there_does_not_move() -> None:
    assert after(*RUNNING).when(replace(MOVE, clinic_id=CLINIC), HERE) == []


@pytest.mark.parametrize(
    ("history", "facts", "refusal"),
    [
        ((), HERE, errors.PlanNotFound),
        ((*QUOTED, ENDED), HERE, errors.PlanClosed),
        (QUOTED, RecheckFacts(around(clinic=None)), ClinicNotFound),
        (
            QUOTED,
            RecheckFacts(around(ground=ground(excluded={"minoxidil": "CARDIAC"}))),
            errors.IngredientBlocked,
        ),
    ],
)
def test_a_plan_does_not_move(
    history: tuple[Event, ...], facts: RecheckFacts, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after(*history).when(MOVE, facts)


def test_the_law_of_the_other_clinic_decides() -> None:
    polynucleotides = replace(proposed(), cocktail=replace(proposed().cocktail, components=(PDRN,)))
    abroad = RecheckFacts(around(clinic=clinic("US")))
    with pytest.raises(errors.IngredientBlocked):
        after(polynucleotides).when(MOVE, abroad)
    [moved] = after(proposed()).when(MOVE, abroad)
    assert moved == replace(MOVED, jurisdiction_code="US")


PDRN = replace(proposed().cocktail.components[0], ingredient_code="pdrn", dose_micrograms=1)


def test_a_flagged_plan_that_passes_there_is_cleared() -> None:
    cleared = PlanCleared(PLAN, PATIENT, FLAGGED.formulary_version, NOW)
    assert after(*RUNNING, FLAGGED).when(MOVE, HERE) == [cleared, MOVED]


def test_what_forbids_to_treat_the_patient_forbids_it_there_too() -> None:
    died = RecheckFacts(around(patient=patient(vital_status=VitalStatus.DECEASED)))
    still = replace(FLAGGED, flag_codes=(f"PATIENT_DECEASED/{PATIENT}",))
    assert after(*RUNNING, FLAGGED).when(MOVE, died) == [still, MOVED]
    assert after(*RUNNING, still).when(MOVE, died) == [MOVED]
    assert after(*RUNNING, still).when(MOVE, HERE)[-1] == MOVED


def test_somebody_there_takes_it_on() -> None:
    assert after(*RUNNING, MOVED).when(TAKE_ON, ANSWERS) == [TAKEN_ON]
    plan = plan_after(*RUNNING, MOVED, TAKEN_ON)
    assert (plan.practitioner_id, plan.responsible_signed) == (OTHER_DOCTOR, True)
    assert plan.state is PlanState.ACCEPTED


def test_it_is_taken_on_once() -> None:
    assert after(*RUNNING, MOVED, TAKEN_ON).when(TAKE_ON, ANSWERS) == []


LAPSED = replace(there(), licences=doctor(until=TODAY - timedelta(days=1)).licences)


@pytest.mark.parametrize(
    ("history", "practitioner", "refusal"),
    [
        ((), there(), errors.PlanNotFound),
        ((*RUNNING, MOVED, ENDED), there(), errors.PlanClosed),
        ((*QUOTED, MOVED), there(), errors.ConsentMissing),
        ((*CONSENTED, MOVED, VOIDED), there(), errors.ConsentStale),
        ((*RUNNING, MOVED, TAKEN_BACK), there(), errors.ConsentWithdrawn),
        ((*RUNNING, MOVED), doctor(), ResponsiblePractitionerRequired),
        ((*RUNNING, MOVED), LAPSED, LicenceLapsed),
        ((*RUNNING, MOVED), None, LicenceLapsed),
        ((*RUNNING, MOVED), there(Profession.NURSE), errors.ProfessionNotAllowed),
    ],
)
def test_it_is_not_taken_on(
    history: tuple[Event, ...], practitioner: Practitioner | None, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after(*history).when(TAKE_ON, ResponsibilityFacts(practitioner))


def test_a_moved_plan_is_accepted_when_it_is_taken_on() -> None:
    moved = (*CONSENTED, MOVED)
    with pytest.raises(ResponsiblePractitionerRequired):
        after(*moved).when(ACCEPT, ACCEPTANCE)
    [accepted] = after(*moved, TAKEN_ON).when(ACCEPT, ACCEPTANCE)
    plan = plan_after(*moved, TAKEN_ON, accepted)
    assert (plan.clinic_id, plan.practitioner_id) == (OTHER_CLINIC, OTHER_DOCTOR)


def test_who_takes_consent_at_the_new_clinic_answers_there() -> None:
    by_other = replace(SIGN, practitioner_id=OTHER_DOCTOR)
    moved = (*QUOTED, MOVED)
    [signed] = after(*moved).when(by_other, replace(SIGNING, practitioner=there()))
    assert signed == replace(SIGNED, practitioner_id=OTHER_DOCTOR)
    plan = plan_after(*moved, signed)
    assert (plan.practitioner_id, plan.responsible_signed, plan.moved) == (
        OTHER_DOCTOR,
        True,
        False,
    )
    with pytest.raises(ResponsiblePractitionerRequired):
        after(*moved).when(SIGN, SIGNING)
    assert proposed().practitioner_id == DOCTOR
