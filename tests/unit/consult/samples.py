"""People, places and plans as the rules of consult see them; tests change what they are about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from services.consult.domain.clinic.events import ClinicOpened
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import Ground
from services.consult.domain.consultation.model import (
    Assessment,
    Consultation,
    ConsultationState,
    Diagnosis,
    Findings,
    FiredRule,
    PullTest,
    Scale,
    ScreeningAnswer,
    Suitability,
)
from services.consult.domain.formulary.model import (
    Changes,
    CoolingOff,
    LabValidity,
    Policy,
    formulary_of,
)
from services.consult.domain.patient.clinical import Answer, History
from services.consult.domain.patient.model import (
    AgeBand,
    Patient,
    PatientState,
    PregnancyPotential,
    VitalStatus,
)
from services.consult.domain.plan.commands import ProposePlan
from services.consult.domain.plan.eligibility import excluded_by
from services.consult.domain.plan.events import PlanProposed, QuoteAttached
from services.consult.domain.plan.facts import ProposalFacts, Surroundings
from services.consult.domain.plan.model import Cocktail, Component, Goal, Money, PreparationSource
from services.consult.domain.practitioner.model import Licence, Practitioner, Profession
from services.consult.reference.loader import reference

SampleT = TypeVar(
    "SampleT",
    Patient,
    Findings,
    Assessment,
    Policy,
    Ground,
    Surroundings,
    ProposePlan,
    ProposalFacts,
)

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
CHAIN = "0193a000-0000-7000-8000-0000000000c1"
CLINIC = "0193a000-0000-7000-8000-0000000000c2"
PATIENT = "0193a000-0000-7000-8000-0000000000a1"
DOCTOR = "0193a000-0000-7000-8000-0000000000d1"
CONSULTATION = "0193a000-0000-7000-8000-0000000000b1"
PLAN = "0193a000-0000-7000-8000-0000000000e1"
QUOTE = "0193a000-0000-7000-8000-0000000000f1"
RULES = reference().rules
QUESTIONNAIRE = reference().questionnaires[0]

SCALES = reference().scales
VOCABULARY = reference().vocabulary
AROUND = ("patient", "consultation", "clinic", "ground")

CLINIC_OPENED = ClinicOpened(CLINIC, "MAIN", "Europe/London", "GB", "LTD-1", NOW)

HISTORY = History((), (), (), Answer.NO, Answer.NO)

FINDINGS = Findings(
    diagnosis=Diagnosis.MALE_ANDROGENETIC,
    scale=Scale.NORWOOD_HAMILTON,
    grade_code="III_VERTEX",
    red_flags=(),
    trichoscopy_done=True,
    pull_test=PullTest(hairs_pulled=60, hairs_shed=3),
    photo_digests=(b"\x01" * 32,),
    bdd_positive=Answer.NO,
)


def changed(sound: SampleT, changes: Mapping[str, object]) -> SampleT:
    """Return `sound` with the fields that `changes` names."""
    named: dict[str, Any] = dict(changes)
    return replace(sound, **named)


def patient(**changes: object) -> Patient:
    """Return a healthy grown man, but for `changes`."""
    sound = Patient(
        patient_id=PATIENT,
        state=PatientState.ACTIVE,
        clinic_id=CLINIC,
        vital_status=VitalStatus.ALIVE,
        age_band=AgeBand.ADULT,
        pregnancy_potential=PregnancyPotential.ASKED_NO,
        identity=None,
        history=HISTORY,
        registered_at=NOW - timedelta(days=3),
        history_recorded_at=NOW - timedelta(days=3),
    )
    return changed(sound, changes)


def findings(**changes: object) -> Findings:
    """Return an examination that speaks for treatment, but for `changes`."""
    return changed(FINDINGS, changes)


def policy(**changes: object) -> Policy:
    """Return a chain's own numbers, made up for these tests, but for `changes`."""
    sound = Policy(
        effective_from=TODAY - timedelta(days=10),
        screening_valid_days=20,
        weight_valid_days=60,
        lab_validities=(LabValidity("PREGNANCY_TEST", 1),),
        retention_days=1_000,
        cooling_offs=(),
        topical_absorbed_thousandths=None,
        five_ari_with_pregnancy_potential=False,
        repeatabilities=(),
    )
    return changed(sound, changes)


def signed(*policies: Policy) -> Changes:
    """Return what a chain signed: its numbers, and no rows of the formulary."""
    return Changes(
        formulary_id=formulary_of(CHAIN),
        ingredients=(),
        pairs=(),
        policies=policies,
        applied_version="",
    )


def answers(**given: Answer) -> tuple[ScreeningAnswer, ...]:
    """Return NO to every item, but for `given`."""
    return tuple(
        ScreeningAnswer(code, given.get(code, Answer.NO)) for code in QUESTIONNAIRE.item_codes
    )


def assessment(**changes: object) -> Assessment:
    """Return an assessment that finds nothing and holds for ten days, but for `changes`."""
    sound = Assessment(Suitability.SUITABLE, (), (), RULES.version, NOW + timedelta(days=10))
    return changed(sound, changes)


def consultation(found: Assessment | None = None) -> Consultation:
    """Return an assessed consultation."""
    return Consultation(
        consultation_id=CONSULTATION,
        state=ConsultationState.ASSESSED,
        patient_id=PATIENT,
        clinic_id=CLINIC,
        practitioner_id=DOCTOR,
        findings=FINDINGS,
        note=None,
        questionnaire_version=QUESTIONNAIRE.version,
        answers=answers(),
        assessment=found or assessment(),
        opened_at=NOW - timedelta(days=1),
        findings_recorded_at=NOW - timedelta(days=1),
        screening_answered_at=NOW - timedelta(days=1),
        assessed_at=NOW - timedelta(days=1),
    )


def clinic(jurisdiction_code: str = "GB") -> Clinic:
    """Return a clinic under that law."""
    return Clinic(CLINIC, "MAIN", "Europe/London", jurisdiction_code, "LTD-1", (), NOW)


def doctor(profession: Profession = Profession.PHYSICIAN, until: date = TODAY) -> Practitioner:
    """Return somebody whose licence is good until the end of `until`."""
    licence = Licence("l", "GMC", None, date(2020, 1, 1), until)
    return Practitioner(DOCTOR, profession, (CLINIC,), (licence,), NOW)


def cocktail(
    *components: tuple[str, int],
    source: PreparationSource = PreparationSource.PHARMACY_COMPOUNDED_LOT,
) -> Cocktail:
    """Return a cocktail of these codes and micrograms; by default the two of the demonstration."""
    parts = components or (("minoxidil", 5_000), ("dutasteride", 100))
    return Cocktail(tuple(Component(*part) for part in parts), source, 2_000)


def propose(**changes: object) -> ProposePlan:
    """Return a proposal that nothing speaks against, but for `changes`."""
    sound = ProposePlan(
        plan_id=PLAN,
        patient_id=PATIENT,
        consultation_id=CONSULTATION,
        clinic_id=CLINIC,
        practitioner_id=DOCTOR,
        goals=(Goal.STIMULATION, Goal.HORMONAL_BALANCE),
        cocktail=cocktail(),
        protocol_code="MNX-WEEKLY-10",
        at=NOW,
    )
    return changed(sound, changes)


def around(**changes: object) -> Surroundings:
    """Return a healthy patient at a clinic in Britain where the chain signed its numbers.

    The ground follows from the three, as it does for a plan, unless it is one of `changes`.
    """
    who = Surroundings(patient=patient(), consultation=consultation(), clinic=clinic(), ground=None)
    found = changed(who, changes)
    if "ground" in changes or not (found.patient and found.consultation and found.clinic):
        return found
    assessed = found.consultation.assessment
    here = ground(
        jurisdiction_code=found.clinic.jurisdiction_code,
        excluded=excluded_by(assessed) if assessed else {},
    )
    return replace(found, ground=here)


def ground(**changes: object) -> Ground:
    """Return what that patient's cocktail is held against, but for `changes`."""
    numbers = policy(cooling_offs=(CoolingOff("GB", 3),))
    sound = Ground(reference().formulary, "GB", TODAY, {}, frozenset(), None, numbers)
    return changed(sound, changes)


def proposal_facts(**changes: object) -> ProposalFacts:
    """Return what lets that proposal pass, but for `changes`, also of what is around it."""
    inner = {name: changes.pop(name) for name in AROUND if name in changes}
    sound = ProposalFacts(
        around=around(**inner),
        practitioner=doctor(),
        schedules=reference().schedules,
        therapy_codes=frozenset(row.therapy_code for row in reference().therapies.therapies),
    )
    return changed(sound, changes)


def proposed() -> PlanProposed:
    """Return the proposal as it happened."""
    schedules = reference().schedules
    schedule = schedules.schedule("MNX-WEEKLY-10", TODAY)
    assert schedule is not None
    return PlanProposed(
        plan_id=PLAN,
        patient_id=PATIENT,
        consultation_id=CONSULTATION,
        clinic_id=CLINIC,
        practitioner_id=DOCTOR,
        goals=(Goal.STIMULATION, Goal.HORMONAL_BALANCE),
        cocktail=cocktail(),
        protocol=schedules.protocol(schedule),
        formulary_version=reference().formulary.version,
        suitability_rules_version=RULES.version,
        proposed_at=NOW,
        induction_sessions=10,
        jurisdiction_code="GB",
        sessions_12_months=10,
        sessions_24_months=10,
    )


def quoted(quote_id: str = QUOTE, units: int = 1200) -> QuoteAttached:
    """Return billing's quote as it reached the plan."""
    total, deposit = Money("GBP", units, 500_000_000), Money("GBP", 300, 0)
    until = NOW + timedelta(days=14)
    return QuoteAttached(PLAN, quote_id, total, deposit, until, NOW, total, total)


UNSUITABLE = assessment(
    suitability=Suitability.REFER,
    fired_rules=(FiredRule("RED-FLAG", "1", Suitability.REFER, "", "REFER_TO_DERMATOLOGY", ()),),
)

EXCLUDING = assessment(
    fired_rules=(
        FiredRule("5-ARI-PREGNANCY-POTENTIAL", "1", Suitability.SUITABLE, "", "", ("dutasteride",)),
    ),
    excluded_ingredient_codes=("dutasteride",),
)
