"""What becomes known after acceptance flags the plan, by what consult hears of itself alone."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from services.consult.domain.clinic.commands import AmendClinic
from services.consult.domain.consultation import commands as examining
from services.consult.domain.consultation.model import (
    RedFlag,
    ReviewDecision,
    ReviewReason,
)
from services.consult.domain.patient.clinical import (
    Answer,
    Coding,
    Fertility,
    History,
    LabResult,
    TherapyKind,
)
from services.consult.domain.patient.commands import (
    AmendPatient,
    EndTherapy,
    ErasePatient,
    MergePatients,
    RecordHistory,
    RecordTherapy,
)
from services.consult.domain.patient.keeping import Kept
from services.consult.domain.patient.model import AgeBand, PregnancyPotential, VitalStatus
from services.consult.domain.plan.commands import WithdrawPlan
from services.consult.domain.plan.model import Plan, PlanState, PlanWithdrawalReason
from services.consult.handlers.consultation import CONSULTATION as CONSULTATIONS
from services.consult.handlers.directory import CLINIC as CLINICS
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.patient import PATIENT as PATIENTS
from services.consult.handlers.plan import PLAN as PLANS
from tests.unit.consult.houses import DOUBLE, NOTE, House, running
from tests.unit.consult.samples import (
    CLINIC,
    CONSULTATION,
    DOCTOR,
    FINDINGS,
    HISTORY,
    NOW,
    PATIENT,
    PLAN,
    QUESTIONNAIRE,
    RULES,
    SCALES,
    TODAY,
    VOCABULARY,
    answers,
    cocktail,
)

Act = Callable[[House], object]


def of_patient(command: object, whose: str = PATIENT) -> Act:
    return lambda house: house.ask(PATIENTS, whose, command)


def of_consultation(command: object) -> Act:
    return lambda house: house.ask(CONSULTATIONS, CONSULTATION, command)


def amend(
    vital: VitalStatus | None = None,
    age: AgeBand | None = None,
    potential: PregnancyPotential | None = None,
) -> Act:
    return of_patient(AmendPatient(PATIENT, None, vital, age, potential, NOW))


def tell(history: History = HISTORY, whose: str = PATIENT) -> Act:
    return lambda house: house.ask(
        PATIENTS, whose, RecordHistory(whose, history, VOCABULARY, house.at)
    )


def coded(concept: str) -> tuple[Coding, ...]:
    """Return a code by which the reference data knows a concept."""
    known = next(each for each in RULES.codings if each.concept == concept)
    return (Coding(known.system, known.code),)


def screened(**given: Answer) -> Act:
    version, said = QUESTIONNAIRE.version, answers(**given)
    return of_consultation(
        examining.AnswerScreening(CONSULTATION, DOCTOR, version, QUESTIONNAIRE, said, NOW)
    )


def assess(house: House) -> None:
    house.ask(
        CONSULTATIONS, CONSULTATION, examining.AssessSuitability(CONSULTATION, DOCTOR, house.at)
    )


def review(decision: ReviewDecision) -> Act:
    reason = ReviewReason.CONDITION_CONTROLLED
    return lambda house: house.ask(
        CONSULTATIONS,
        CONSULTATION,
        examining.ReviewSuitability(CONSULTATION, DOCTOR, decision, reason, NOTE, house.at),
    )


def legislate(law: str) -> Act:
    amended = AmendClinic(CLINIC, "Europe/London", law, "LTD-1", NOW)
    return lambda house: house.ask(CLINICS, CLINIC, amended)


def with_fish(house: House) -> None:
    """Let the plan be one of polynucleotides, which come from fish and are blocked in the US."""
    plan: Plan = house.kept[PLANS.name, PLAN]
    house.kept[PLANS.name, PLAN] = replace(plan, cocktail=cocktail(("pdrn", 1)))


def examined(*flags: RedFlag) -> Act:
    findings = replace(FINDINGS, red_flags=flags)
    return of_consultation(
        examining.RecordFindings(CONSULTATION, DOCTOR, findings, SCALES, None, NOW)
    )


@dataclass(frozen=True)
class Case:
    """What becomes known, what it forbids, and what takes it back."""

    acts: tuple[Act, ...]
    codes: tuple[str, ...]
    undone: tuple[Act, ...] = ()
    before: tuple[Act, ...] = field(default=())


NO_DUTASTERIDE = ("INGREDIENT_BLOCKED/dutasteride",)
MISSING = (f"SUITABILITY_MISSING/{CONSULTATION}",)
HEART = coded("ANTIHYPERTENSIVE")
FATHER = replace(HISTORY, fertility=Fertility(None, Answer.YES, None, None))
POSITIVE = LabResult("PREGNANCY_TEST", None, "", Answer.YES, TODAY)
ALIVE, ADULT = VitalStatus.ALIVE, AgeBand.ADULT
CASES = {
    "died": Case((amend(VitalStatus.DECEASED),), (f"PATIENT_DECEASED/{PATIENT}",), (amend(ALIVE),)),
    "minor": Case(
        (amend(age=AgeBand.MINOR),), (f"PATIENT_UNDER_AGE/{PATIENT}",), (amend(age=ADULT),)
    ),
    "age unknown": Case(
        (amend(age=AgeBand.UNKNOWN),), (f"PATIENT_AGE_UNKNOWN/{PATIENT}",), (amend(age=ADULT),)
    ),
    "potential": Case(
        (amend(potential=PregnancyPotential.ASKED_YES),),
        NO_DUTASTERIDE,
        (amend(potential=PregnancyPotential.ASKED_NO),),
    ),
    "pregnant": Case(
        (tell(replace(HISTORY, pregnant=Answer.YES)),),
        (*NO_DUTASTERIDE, "NOT_SUITABLE/PREGNANT"),
        (tell(),),
    ),
    "allergy": Case(
        (tell(replace(HISTORY, allergies=coded("MINOXIDIL"))),),
        ("INGREDIENT_BLOCKED/minoxidil",),
        (tell(),),
    ),
    "condition": Case(
        (tell(replace(HISTORY, conditions=coded("CARDIAC_DISEASE"))),),
        ("NOT_SUITABLE/CODED-CARDIAC-DISEASE",),
        (tell(),),
    ),
    "medication": Case(
        (tell(replace(HISTORY, medications=HEART)),),
        ("NOT_SUITABLE/CODED-ANTIHYPERTENSIVE",),
        (tell(),),
    ),
    "fertility": Case((tell(FATHER),), NO_DUTASTERIDE, (tell(),)),
    "red flag": Case(
        (examined(RedFlag.PUSTULES), screened(), assess),
        ("NOT_SUITABLE/RED-FLAG",),
        (examined(), screened(), assess),
    ),
    "examined anew": Case((examined(),), MISSING, (assess,)),
    "screened anew": Case((screened(),), MISSING, (assess,)),
    "declined": Case(
        (review(ReviewDecision.DECLINED),),
        ("NOT_SUITABLE/CODED-ANTIHYPERTENSIVE",),
        (review(ReviewDecision.APPROVED),),
        (tell(replace(HISTORY, medications=HEART)), assess, review(ReviewDecision.APPROVED)),
    ),
    "another law": Case(
        (legislate("US"),), ("INGREDIENT_BLOCKED/pdrn",), (legislate("GB"),), (with_fish,)
    ),
    "a duplicate's allergy": Case(
        (
            tell(replace(HISTORY, allergies=coded("MINOXIDIL")), DOUBLE),
            of_patient(MergePatients(DOUBLE, PATIENT, NOW), DOUBLE),
        ),
        ("INGREDIENT_BLOCKED/minoxidil",),
        (tell(),),
    ),
    "a survivor's allergy": Case(
        (
            tell(replace(HISTORY, allergies=coded("MINOXIDIL")), DOUBLE),
            of_patient(MergePatients(PATIENT, DOUBLE, NOW)),
        ),
        ("INGREDIENT_BLOCKED/minoxidil",),
        (tell(whose=DOUBLE),),
    ),
}


def flag_of(house: House) -> tuple[str, ...]:
    plan: Plan = house.kept[PLANS.name, PLAN]
    return plan.flag_codes


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_becomes_known_flags_the_plan_and_clears_it_when_it_is_gone(case: Case) -> None:
    house = running()
    for act in case.before:
        act(house)
    house.hear()
    assert flag_of(house) == ()
    for act in case.acts:
        act(house)
    house.hear()
    assert flag_of(house) == case.codes
    assert house.kept[PLANS.name, PLAN].state is PlanState.ACCEPTED
    for act in case.undone:
        act(house)
    house.hear()
    assert flag_of(house) == ()


def test_what_forbids_nothing_flags_nothing() -> None:
    house = running()
    tell(replace(HISTORY, allergies=coded("FISH")))(house)
    begun = RecordTherapy(
        PATIENT, "t", TherapyKind.TOPICAL, coded("MINOXIDIL")[0], TODAY, None, VOCABULARY, NOW
    )
    of_patient(begun)(house)
    of_patient(EndTherapy(PATIENT, "t", TODAY, NOW))(house)
    of_patient(MergePatients(DOUBLE, PATIENT, NOW), DOUBLE)(house)
    house.hear()
    assert house.published > 3
    assert flag_of(house) == ()


def test_a_new_reason_is_assessed_and_decided_on_of_its_own() -> None:
    """What a physician approved once is not what began to speak since."""
    house = running()
    for act in (tell(replace(HISTORY, medications=HEART)), assess):
        act(house)
    house.hear()
    assert flag_of(house) == ("NOT_SUITABLE/CODED-ANTIHYPERTENSIVE",)
    review(ReviewDecision.APPROVED)(house)
    house.hear()
    assert flag_of(house) == ()
    both = (*HEART, *coded("CHEMOTHERAPY"))
    tell(replace(HISTORY, medications=both))(house)
    house.hear()
    assert flag_of(house) == ("NOT_SUITABLE/CODED-CHEMOTHERAPY",)


def test_an_erased_patients_plan_goes_no_further() -> None:
    house = running()
    house.kept[PATIENTS.name, PATIENT] = replace(
        house.kept[PATIENTS.name, PATIENT], last_treated_at=NOW.replace(year=2000)
    )
    kept = Kept((), house.at, 1)
    erase = ErasePatient(PATIENT, False, (PATIENT,), kept, house.at)
    house.at = house.at.replace(minute=house.at.minute - 1)
    of_patient(erase)(house)
    house.hear()
    assert flag_of(house) == (f"PATIENT_ERASED/{PATIENT}",)


def test_a_plan_that_is_over_is_left_alone() -> None:
    house = running()
    house.ask(PLANS, PLAN, WithdrawPlan(PLAN, PlanWithdrawalReason.MEDICAL, None, NOW))
    amend(VitalStatus.DECEASED)(house)
    house.hear()
    assert flag_of(house) == ()
    assert (FORMULARY.name, "other") not in house.kept
