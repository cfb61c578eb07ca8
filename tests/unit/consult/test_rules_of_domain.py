"""DOMAIN section 10, rules 1 to 6, one by one: each refuses, and each allows.

Every row goes the whole way with the reference data that ships: the consultation is assessed, a
physician reviews where the row says so, the plan is proposed, quoted, signed under its real text
and accepted. A row names the refusal that ends the way, or none.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.consultation.errors import (
    FindingsMissing,
    GradeUnknown,
    HistoryMissing,
    ReviewNotAsked,
    ScreeningMissing,
)
from services.consult.domain.consultation.grading import refuse_grade
from services.consult.domain.consultation.model import (
    RedFlag,
)
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.patient.errors import PatientUnderAge
from services.consult.domain.patient.model import AgeBand, PregnancyPotential
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import AcceptPlan, SignConsent
from services.consult.domain.plan.consent_complete import gaps
from services.consult.domain.plan.consent_parts import Material
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import PlanAccepted
from services.consult.domain.plan.facts import (
    AcceptanceFacts,
    ProposalFacts,
    SigningFacts,
)
from services.consult.domain.plan.model import TopicalAnaesthetic
from services.consult.domain.practitioner.model import Profession
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.cocktails import FORMULARY, amended, limited
from tests.unit.consult.plans import AMEND, attach
from tests.unit.consult.samples import (
    DOCTOR,
    FINDINGS,
    HISTORY,
    NOW,
    PLAN,
    QUOTE,
    SCALES,
    TODAY,
    answers,
    cocktail,
    doctor,
    findings,
    patient,
    quoted,
)
from tests.unit.consult.ways import (
    APPROVED,
    DECLINED,
    LONG_LICENSED,
    NO,
    NUMBERS,
    UNKNOWN,
    YES,
    Way,
    compatible,
    heavy,
    lot,
    mixed,
    pregnancy_test,
    surrounded,
    travelled,
    with_labs,
    woman,
)

FOUND = reference().texts("en", TODAY)
assert FOUND is not None
ENGLISH = FOUND
# Nutrients that a clinic may mix for immediate use, each with a limit signed for these tests.
NUTRIENTS = limited("biotin", "dexpanthenol", "zinc", "pdrn")
PAIRED = compatible(
    "biotin", "dexpanthenol", compatible("dexpanthenol", "pdrn", amended(NUTRIENTS, "biotin"))
)
OPEN = replace(NUMBERS, five_ari_with_pregnancy_potential=True)
BUT_DUTASTERIDE = cocktail(("minoxidil", 5_000))
ANCIENT = NOW - timedelta(days=100)
OLD_HISTORY = patient(history_recorded_at=ANCIENT)
BLEEDING = answers(ANTICOAGULANT_OR_BLEEDING_DISORDER=YES)
NURSE = replace(LONG_LICENSED, profession=Profession.NURSE)
EVERY_BAR = ("buflomedil", "exosome", "thyroxine", "homeopathic", "mesoglycan", "plant_extract")
# A gram of the cream holds 25 mg each of lidocaine and prilocaine.
SEVENTY = heavy(70_000)
NUMBED = lot(("lidocaine", 105_000))
CREAM = TopicalAnaesthetic("emla", 4_200)

Row = tuple[str, Way, type[DomainError] | None]
ROWS: list[Row] = [
    # 1. No plan without diagnosis and grade, recent screening, trichoscopy or pull test, photos,
    #    BDD screen and red flags; a red flag is only ever REFER.
    ("10.1", Way(), None),
    ("10.1", Way(findings=None), FindingsMissing),
    ("10.1", Way(said=answers()[1:]), ScreeningMissing),
    ("10.1", Way(patient=patient(history=None)), HistoryMissing),
    ("10.1", Way(patient=OLD_HISTORY, answered_days_ago=19), None),
    ("10.1", Way(patient=OLD_HISTORY, answered_days_ago=20), errors.SuitabilityExpired),
    ("10.1", Way(numbers=replace(NUMBERS, screening_valid_days=None)), PolicyMissing),
    ("10.1", Way(numbers=None), PolicyMissing),
    ("10.1", Way(findings=findings(trichoscopy_done=False, pull_test=None)), errors.NotSuitable),
    ("10.1", Way(findings=findings(trichoscopy_done=False)), None),
    ("10.1", Way(findings=findings(pull_test=None)), None),
    ("10.1", Way(findings=findings(photo_digests=())), errors.NotSuitable),
    ("10.1", Way(findings=findings(bdd_positive=YES)), errors.NotSuitable),
    ("10.1", Way(findings=findings(bdd_positive=UNKNOWN)), errors.NotSuitable),
    ("10.1", Way(findings=findings(red_flags=(RedFlag.PUSTULES,))), errors.NotSuitable),
    (
        "10.1",
        Way(findings=findings(red_flags=(RedFlag.PUSTULES,)), said=BLEEDING, reviewed=APPROVED),
        ReviewNotAsked,
    ),
    # 2. Absolute: a hard stop that nobody lifts. Relative: a named physician's reasoned decision.
    ("10.2", Way(patient=patient(history=replace(HISTORY, pregnant=YES))), errors.NotSuitable),
    (
        "10.2",
        Way(patient=patient(history=replace(HISTORY, pregnant=YES)), reviewed=APPROVED),
        ReviewNotAsked,
    ),
    ("10.2", Way(patient=patient(age_band=AgeBand.MINOR)), PatientUnderAge),
    ("10.2", Way(said=BLEEDING), errors.NotSuitable),
    ("10.2", Way(said=BLEEDING, reviewed=DECLINED), errors.NotSuitable),
    ("10.2", Way(said=BLEEDING, reviewed=APPROVED, reviewer=NURSE), errors.ProfessionNotAllowed),
    ("10.2", Way(said=BLEEDING, reviewed=APPROVED), None),
    # 3. A status in the jurisdiction, and the list of what is blocked.
    *(("10.3", Way(cocktail=lot((code, 1))), errors.IngredientBlocked) for code in EVERY_BAR),
    ("10.3", Way(cocktail=lot(("ghk_cu", 1)), where="US"), errors.IngredientBlocked),
    (
        "10.3",
        Way(cocktail=BUT_DUTASTERIDE, formulary=amended(FORMULARY, "minoxidil", statuses=())),
        errors.IngredientBlocked,
    ),
    ("10.3", Way(cocktail=lot(("pdrn", 1)), where="US"), errors.IngredientBlocked),
    ("10.3", Way(cocktail=lot(("pdrn", 1))), None),
    ("10.3", Way(where="US"), None),
    # 4. The gate of 5-alpha-reductase inhibitors.
    ("10.4", Way(patient=woman(), numbers=OPEN), None),
    ("10.4", Way(patient=woman()), errors.IngredientBlocked),
    ("10.4", Way(patient=woman(), cocktail=BUT_DUTASTERIDE), None),
    ("10.4", Way(patient=woman(contraception=NO), numbers=OPEN), errors.IngredientBlocked),
    ("10.4", Way(patient=woman(contraception=UNKNOWN), numbers=OPEN), errors.IngredientBlocked),
    ("10.4", Way(patient=woman(planning_pregnancy=YES), numbers=OPEN), errors.IngredientBlocked),
    ("10.4", Way(patient=woman(post_dose_undertaking=NO), numbers=OPEN), errors.IngredientBlocked),
    ("10.4", Way(patient=with_labs(), numbers=OPEN), errors.IngredientBlocked),
    ("10.4", Way(patient=with_labs(pregnancy_test(1)), numbers=OPEN), None),
    ("10.4", Way(patient=with_labs(pregnancy_test(2)), numbers=OPEN), errors.IngredientBlocked),
    (
        "10.4",
        Way(patient=with_labs(replace(pregnancy_test(0), positive=YES)), numbers=OPEN),
        errors.IngredientBlocked,
    ),
    (
        "10.4",
        Way(patient=patient(pregnancy_potential=PregnancyPotential.NOT_ASKED)),
        errors.IngredientBlocked,
    ),
    (
        "10.4",
        Way(patient=patient(history=replace(HISTORY, breastfeeding=YES))),
        errors.NotSuitable,
    ),
    ("10.4", Way(patient=patient(age_band=AgeBand.MINOR)), PatientUnderAge),
    ("10.4", Way(said=answers(PLANNING_TO_FATHER_A_CHILD=YES)), errors.IngredientBlocked),
    (
        "10.4",
        Way(said=answers(PLANNING_TO_FATHER_A_CHILD=YES), cocktail=BUT_DUTASTERIDE),
        None,
    ),
    (
        "10.4",
        Way(
            said=answers(DEPRESSION_OR_SUICIDAL_IDEATION=YES),
            reviewed=APPROVED,
            cocktail=lot(("finasteride", 1)),
            formulary=limited("finasteride"),
        ),
        errors.IngredientBlocked,
    ),
    # 5. Pairs closed by default, few sterile products, nothing hazardous, doses and their sum.
    (
        "10.5",
        Way(cocktail=mixed(("biotin", 1), ("dexpanthenol", 1)), formulary=NUTRIENTS),
        errors.PairNotCompatible,
    ),
    (
        "10.5",
        Way(cocktail=mixed(("biotin", 1), ("dexpanthenol", 1)), formulary=PAIRED),
        None,
    ),
    ("10.5", Way(cocktail=lot(("copper", 1), ("cysteine", 1))), errors.PairNotCompatible),
    (
        "10.5",
        Way(
            cocktail=mixed(("biotin", 1), ("dexpanthenol", 1), ("zinc", 1), ("pdrn", 1)),
            formulary=PAIRED,
        ),
        errors.PreparationSourceNotAllowed,
    ),
    ("10.5", Way(cocktail=mixed(("dutasteride", 1))), errors.PreparationSourceNotAllowed),
    ("10.5", Way(cocktail=lot(("minoxidil", 5_001))), errors.DoseExceeded),
    ("10.5", Way(cocktail=lot(("minoxidil", 5_000))), None),
    ("10.5", Way(cocktail=lot(("zinc", 1))), errors.DoseLimitMissing),
    ("10.5", Way(cocktail=NUMBED, patient=SEVENTY), None),
    ("10.5", Way(cocktail=NUMBED), errors.WeightMissing),
    ("10.5", Way(cocktail=NUMBED, patient=heavy(70_000, days_ago=61)), errors.WeightMissing),
    ("10.5", Way(cocktail=NUMBED, patient=heavy(70_000, days_ago=60)), None),
    ("10.5", Way(cocktail=NUMBED, patient=heavy(34_000)), errors.DoseExceeded),
    (
        "10.5",
        Way(cocktail=NUMBED, patient=heavy(87_499), topical=CREAM, where="AU"),
        errors.DoseExceeded,
    ),
    # 210 of 262.5 mg of lidocaine and 105 of 525 mg of prilocaine: exactly one.
    ("10.5", Way(cocktail=NUMBED, patient=heavy(87_500), topical=CREAM, where="AU"), None),
    # 6. The text says everything, expires with the plan, and leaves time before session 1.
    ("10.6", Way(), None),
    (
        "10.6",
        Way(later=replace(NUMBERS, cooling_offs=())),
        PolicyMissing,
    ),
]


@pytest.mark.parametrize(
    ("rule", "way", "refusal"), ROWS, ids=[f"{n}-{row[0]}" for n, row in enumerate(ROWS)]
)
def test_a_rule_of_domain(rule: str, way: Way, refusal: type[DomainError] | None) -> None:
    if refusal is None:
        accepted = travelled(way)[-1]
        assert isinstance(accepted, PlanAccepted), rule
        return
    with pytest.raises(refusal):
        travelled(way)


@pytest.mark.parametrize("rule", [f"10.{number}" for number in range(1, 7)])
def test_each_rule_is_shown_refusing_and_allowing(rule: str) -> None:
    shown = [refusal for name, _, refusal in ROWS if name == rule]
    assert None in shown
    assert any(shown)


def test_no_grade_no_findings() -> None:
    refuse_grade(FINDINGS, SCALES)
    for grade_code in ("", "IX"):
        with pytest.raises(GradeUnknown):
            refuse_grade(replace(FINDINGS, grade_code=grade_code), SCALES)


def test_an_ingredient_without_words_is_not_signed_for() -> None:
    *_, quote, _, _ = travelled(Way())
    plan = Spec(DECIDER).given(*travelled(Way())[:2]).state
    assert plan is not None
    silent = Material(replace(ENGLISH, ingredients={}), FORMULARY, reference().therapies)
    lacking = SigningFacts(doctor(), b"\7" * 32, gaps(plan, silent))
    sign = SignConsent(PLAN, "c", DOCTOR, b"\7" * 32, "en", b"\1" * 32, b"\2" * 32, False, NOW)
    with pytest.raises(errors.ConsentIncomplete):
        Spec(DECIDER).given(*travelled(Way())[:2]).when(sign, lacking)
    assert quote == quoted()


def test_consent_expires_with_any_change_of_the_plan() -> None:
    facts = ProposalFacts(surrounded(Way(), NUMBERS), doctor(), reference().schedules, frozenset())
    changed = travelled(Way())
    changed += Spec(DECIDER).given(*changed).when(AMEND, facts)
    assert [type(event).__name__ for event in changed[-2:]] == ["ConsentVoided", "PlanAmended"]
    requoted = quoted(QUOTE.replace("f1", "f2"))
    changed += Spec(DECIDER).given(*changed).when(attach(requoted, QUOTE), None)
    acceptance = AcceptanceFacts(surrounded(Way(), NUMBERS), reference().cooling_offs)
    with pytest.raises(errors.ConsentStale):
        Spec(DECIDER).given(*changed).when(AcceptPlan(PLAN, NOW), acceptance)


@pytest.mark.parametrize(("where", "days"), [("GB", 3), ("US", 0)])
def test_the_first_session_waits_as_long_as_the_place_asks(where: str, days: int) -> None:
    accepted = travelled(Way(where=where))[-1]
    assert isinstance(accepted, PlanAccepted)
    assert accepted.earliest_session_at == NOW + timedelta(days=days)
