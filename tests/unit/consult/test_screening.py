"""The suitability table of the sample set, row by row, and the order of its effects."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.consultation.model import (
    Assessment,
    Diagnosis,
    Findings,
    RedFlag,
    ScreeningAnswer,
    Suitability,
    TrichoscopySign,
)
from services.consult.domain.consultation.observing import LEAST_CAREFUL_FIRST
from services.consult.domain.consultation.screening import Questionnaire
from services.consult.domain.patient.clinical import Answer, Coding, History
from services.consult.domain.patient.model import AgeBand, Patient, PregnancyPotential, VitalStatus
from services.consult.reference.loader import reference
from tests.unit.consult.samples import (
    FINDINGS,
    HISTORY,
    NOW,
    QUESTIONNAIRE,
    RULES,
    answers,
    patient,
)
from tests.unit.consult.sights import seen

BLOCKED, REFER, DEFERRED = Suitability.BLOCKED, Suitability.REFER, Suitability.DEFERRED
REVIEW, SUITABLE = Suitability.PHYSICIAN_REVIEW, Suitability.SUITABLE
SCT = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def assess(
    who: Patient,
    found: Findings = FINDINGS,
    said: tuple[ScreeningAnswer, ...] | None = None,
) -> Assessment:
    sight = seen(who, found, answers() if said is None else said)
    return RULES.assess(sight, NOW, RULES.version)


def rules_of(assessment: Assessment) -> list[str]:
    return [rule.rule_id for rule in assessment.fired_rules]


ITEMS = {
    "UNREALISTIC_EXPECTATION": (BLOCKED, ()),
    "ACTIVE_SCALP_INFECTION": (DEFERRED, ()),
    "HERPES_OR_OPEN_LESION": (DEFERRED, ()),
    "ANTICOAGULANT_OR_BLEEDING_DISORDER": (REVIEW, ()),
    "CANCER_OR_CHEMOTHERAPY": (REVIEW, ()),
    "UNCONTROLLED_DIABETES": (REVIEW, ()),
    "IMMUNOSUPPRESSION": (REVIEW, ()),
    "AUTOIMMUNE_DISEASE": (REVIEW, ()),
    "CARDIAC_DISEASE_OR_HYPOTENSION": (REVIEW, ()),
    "ANTIHYPERTENSIVE": (REVIEW, ()),
    "CHRONIC_RENAL_FAILURE": (REVIEW, ()),
    "GALLSTONES": (REVIEW, ()),
    "EPILEPSY": (REVIEW, ()),
    "KELOID_TENDENCY": (REVIEW, ()),
    "METHAEMOGLOBINAEMIA_OR_G6PD": (REVIEW, ("prilocaine",)),
    "CLASS_III_ANTIARRHYTHMIC": (REVIEW, ()),
    "DEPRESSION_OR_SUICIDAL_IDEATION": (REVIEW, ("finasteride",)),
    "PRIOR_FINASTERIDE_REACTION": (REVIEW, ("finasteride",)),
    "ALLERGY_TO_A_COMPONENT": (REVIEW, ()),
    "AMIDE_ANAESTHETIC_ALLERGY": (SUITABLE, ("lidocaine", "prilocaine")),
    "FISH_ALLERGY": (SUITABLE, ("pdrn",)),
    "COBALT_ALLERGY": (SUITABLE, ("cyanocobalamin", "multi_complex")),
    "ESTER_ANAESTHETIC_ALLERGY": (SUITABLE, ("procaine",)),
    "HYMENOPTERA_ALLERGY": (SUITABLE, ("hyaluronidase",)),
    "PRP_CONTRAINDICATION": (SUITABLE, ("prp",)),
    "PRP_CAUTION": (SUITABLE, ("prp",)),
    "WILSON_DISEASE": (SUITABLE, ("copper", "ghk_cu")),
    "PLANNING_TO_FATHER_A_CHILD": (SUITABLE, ("dutasteride", "finasteride")),
    "ABNORMAL_SEMEN_ANALYSIS": (SUITABLE, ("dutasteride",)),
    "ERECTILE_OR_EJACULATORY_DYSFUNCTION": (SUITABLE, ("dutasteride",)),
}


def test_every_item_of_the_questionnaire_stands_in_this_table() -> None:
    assert set(ITEMS) == set(QUESTIONNAIRE.item_codes)


@pytest.mark.parametrize("answer", [Answer.YES, Answer.UNKNOWN])
@pytest.mark.parametrize("item_code", ITEMS)
def test_an_answer_and_what_it_does(item_code: str, answer: Answer) -> None:
    effect, excluded = ITEMS[item_code]
    found = assess(patient(), said=answers(**{item_code: answer}))
    assert (found.suitability, found.excluded_ingredient_codes) == (effect, excluded)
    [fired] = found.fired_rules
    assert (fired.item_code, fired.effect) == (item_code, effect)


def test_a_sound_patient_fires_nothing() -> None:
    assert rules_of(assess(patient())) == []


@pytest.mark.parametrize(
    ("changes", "effect", "rule_id"),
    [
        ({"vital_status": VitalStatus.DECEASED}, BLOCKED, "DECEASED"),
        ({"age_band": AgeBand.MINOR}, BLOCKED, "MINOR"),
        ({"age_band": AgeBand.UNKNOWN}, DEFERRED, "AGE-UNKNOWN"),
        ({"history": replace(HISTORY, pregnant=Answer.YES)}, BLOCKED, "PREGNANT"),
        ({"history": replace(HISTORY, pregnant=Answer.UNKNOWN)}, BLOCKED, "PREGNANT"),
        ({"history": replace(HISTORY, breastfeeding=Answer.YES)}, BLOCKED, "BREASTFEEDING"),
    ],
)
def test_who_the_patient_is(changes: dict[str, object], effect: Suitability, rule_id: str) -> None:
    found = assess(patient(**changes))
    assert (found.suitability, rules_of(found)) == (effect, [rule_id])


@pytest.mark.parametrize(
    ("potential", "excluded"),
    [
        (PregnancyPotential.ASKED_NO, ()),
        (PregnancyPotential.ASKED_YES, ("dutasteride", "finasteride")),
        (PregnancyPotential.NOT_ASKED, ("dutasteride", "finasteride")),
    ],
)
def test_5_ari_is_kept_from_anyone_who_could_become_pregnant_or_was_not_asked(
    potential: PregnancyPotential, excluded: tuple[str, ...]
) -> None:
    found = assess(patient(pregnancy_potential=potential))
    assert (found.suitability, found.excluded_ingredient_codes) == (SUITABLE, excluded)


ROUTES = {
    Diagnosis.MALE_ANDROGENETIC: SUITABLE,
    Diagnosis.FEMALE_PATTERN: SUITABLE,
    Diagnosis.TELOGEN_EFFLUVIUM: DEFERRED,
    Diagnosis.ALOPECIA_AREATA: REFER,
    Diagnosis.SCARRING: REFER,
    Diagnosis.TINEA_CAPITIS: REFER,
    Diagnosis.ANAGEN_EFFLUVIUM: REFER,
    Diagnosis.TRICHOTILLOMANIA: REFER,
    Diagnosis.TRACTION: REFER,
    Diagnosis.OTHER: REVIEW,
}


@pytest.mark.parametrize("diagnosis", Diagnosis)
def test_where_a_diagnosis_leads(diagnosis: Diagnosis) -> None:
    found = assess(patient(), replace(FINDINGS, diagnosis=diagnosis))
    assert found.suitability is ROUTES[diagnosis]


@pytest.mark.parametrize("red_flag", RedFlag)
def test_every_red_flag_refers(red_flag: RedFlag) -> None:
    found = assess(patient(), replace(FINDINGS, red_flags=(red_flag,)))
    assert found.suitability is REFER


SIGNS = {
    TrichoscopySign.SHAFT_DIAMETER_VARIATION: SUITABLE,
    TrichoscopySign.YELLOW_DOTS: REFER,
    TrichoscopySign.EXCLAMATION_MARK_HAIRS: REFER,
    TrichoscopySign.PERIFOLLICULAR_SCALING: REFER,
}


@pytest.mark.parametrize("sign", TrichoscopySign)
def test_where_a_sign_of_the_lens_leads(sign: TrichoscopySign) -> None:
    found = assess(patient(), replace(FINDINGS, trichoscopy_signs=(sign,)))
    assert found.suitability is SIGNS[sign]


@pytest.mark.parametrize("older", reference().questionnaires[1:], ids=lambda each: each.version)
def test_what_an_older_questionnaire_did_not_ask_keeps_its_ingredients_out(
    older: Questionnaire,
) -> None:
    said = tuple(ScreeningAnswer(code, Answer.NO) for code in older.item_codes)
    unasked = set(QUESTIONNAIRE.item_codes) - set(older.item_codes)
    assert {rule.item_code for rule in assess(patient(), said=said).fired_rules} == unasked


@pytest.mark.parametrize(
    ("findings", "effect"),
    [
        (replace(FINDINGS, bdd_positive=Answer.YES), DEFERRED),
        (replace(FINDINGS, bdd_positive=Answer.UNKNOWN), DEFERRED),
        (replace(FINDINGS, photo_digests=()), DEFERRED),
        (replace(FINDINGS, trichoscopy_done=False, pull_test=None), DEFERRED),
        (replace(FINDINGS, trichoscopy_done=False), SUITABLE),
        (replace(FINDINGS, pull_test=None), SUITABLE),
    ],
)
def test_what_the_examination_lacks(findings: Findings, effect: Suitability) -> None:
    assert assess(patient(), findings).suitability is effect


@pytest.mark.parametrize(
    ("history", "effect", "excluded"),
    [
        (replace(HISTORY, allergies=(Coding(SCT, "227037002"),)), SUITABLE, ("pdrn",)),
        (replace(HISTORY, allergies=(Coding(SCT, "227493005"),)), SUITABLE, ()),
        (replace(HISTORY, conditions=(Coding(SCT, "254637007"),)), REVIEW, ()),
        (replace(HISTORY, conditions=(Coding(SCT, "368009"),)), REVIEW, ()),
        (replace(HISTORY, conditions=(Coding(SCT, "39065001"),)), SUITABLE, ()),
        (replace(HISTORY, medications=(Coding(RXNORM, "213293"),)), REVIEW, ()),
        (replace(HISTORY, medications=(Coding(SCT, "213293"),)), SUITABLE, ()),
        (replace(HISTORY, conditions=(Coding(SCT, "227037002"),)), SUITABLE, ()),
    ],
)
def test_codes_matter_where_a_rule_knows_them(
    history: History, effect: Suitability, excluded: tuple[str, ...]
) -> None:
    found = assess(patient(history=history))
    assert (found.suitability, found.excluded_ingredient_codes) == (effect, excluded)


@given(st.permutations([Answer.NO, Answer.UNKNOWN, Answer.YES]))
def test_of_two_answers_the_more_careful_counts(order: list[Answer]) -> None:
    twice = tuple(ScreeningAnswer("GALLSTONES", answer) for answer in order[:2])
    others = (each for each in answers() if each.item_code != "GALLSTONES")
    found = assess(patient(), said=(*others, *twice))
    careful = max(order[:2], key=LEAST_CAREFUL_FIRST.index)
    assert (found.suitability is REVIEW) == (careful is not Answer.NO)
