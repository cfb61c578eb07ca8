"""A plan is proposed only if this patient may be given it here today, by somebody who may."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.consultation.errors import ConsultationNotFound
from services.consult.domain.consultation.model import Suitability
from services.consult.domain.patient.errors import (
    PatientAgeUnknown,
    PatientDeceased,
    PatientNotFound,
    PatientUnderAge,
)
from services.consult.domain.patient.model import AgeBand, VitalStatus
from services.consult.domain.plan import errors
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import PlanProposed
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Profession
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    EXCLUDING,
    NOW,
    TODAY,
    UNSUITABLE,
    assessment,
    cocktail,
    consultation,
    doctor,
    patient,
    proposal_facts,
    propose,
    proposed,
)


def test_a_plan_is_proposed() -> None:
    assert Spec(DECIDER).when(propose(), proposal_facts()) == [proposed()]


REFUSED_PROPOSALS: list[tuple[dict[str, object], type[DomainError]]] = [
    ({"patient": None}, PatientNotFound),
    ({"patient": patient(vital_status=VitalStatus.DECEASED)}, PatientDeceased),
    ({"patient": patient(age_band=AgeBand.MINOR)}, PatientUnderAge),
    ({"patient": patient(age_band=AgeBand.UNKNOWN)}, PatientAgeUnknown),
    ({"clinic": None}, ClinicNotFound),
    ({"practitioner": None}, LicenceLapsed),
    ({"practitioner": doctor(until=TODAY - timedelta(days=1))}, LicenceLapsed),
    ({"practitioner": doctor(Profession.NURSE)}, errors.ProfessionNotAllowed),
    ({"consultation": None}, ConsultationNotFound),
    ({"consultation": replace(consultation(), patient_id="another")}, ConsultationNotFound),
    ({"consultation": replace(consultation(), assessment=None)}, errors.SuitabilityMissing),
    ({"consultation": consultation(assessment(expires_at=NOW))}, errors.SuitabilityExpired),
    ({"patient": patient(history_recorded_at=NOW)}, errors.SuitabilityExpired),
    ({"consultation": consultation(UNSUITABLE)}, errors.NotSuitable),
]


@pytest.mark.parametrize(("changes", "refusal"), REFUSED_PROPOSALS)
def test_a_plan_is_not_proposed(changes: dict[str, object], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(propose(), proposal_facts(**changes))


@pytest.mark.parametrize("effect", [each for each in Suitability if each.value != "SUITABLE"])
def test_nothing_but_suitable_will_do(effect: Suitability) -> None:
    found = consultation(assessment(suitability=effect))
    with pytest.raises(errors.NotSuitable) as refused:
        Spec(DECIDER).when(propose(), proposal_facts(consultation=found))
    assert refused.value.metadata == {"suitability": effect.value}


def test_a_refusal_names_the_rules_and_what_would_help() -> None:
    with pytest.raises(errors.NotSuitable) as refused:
        Spec(DECIDER).when(propose(), proposal_facts(consultation=consultation(UNSUITABLE)))
    [violation] = refused.value.violations
    assert (violation.subject, violation.description) == ("RED-FLAG", "REFER REFER_TO_DERMATOLOGY")


def test_a_plan_follows_a_schedule_that_exists() -> None:
    with pytest.raises(errors.ProtocolNotFound):
        Spec(DECIDER).when(propose(protocol_code="DAILY"), proposal_facts())


def test_an_excluded_ingredient_stays_out_and_the_rule_is_named() -> None:
    with pytest.raises(errors.IngredientBlocked) as refused:
        Spec(DECIDER).when(propose(), proposal_facts(consultation=consultation(EXCLUDING)))
    [violation] = refused.value.violations
    assert violation.subject == "dutasteride"
    assert "5-ARI-PREGNANCY-POTENTIAL" in violation.description


def test_without_the_excluded_ingredient_the_plan_stands() -> None:
    alone = propose(cocktail=cocktail(("minoxidil", 5_000)))
    [event] = Spec(DECIDER).when(alone, proposal_facts(consultation=consultation(EXCLUDING)))
    assert isinstance(event, PlanProposed)
