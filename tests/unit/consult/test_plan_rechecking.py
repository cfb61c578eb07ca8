"""Plans that are open when rows change or something becomes known: flagged, cleared, left alone."""

from dataclasses import replace

import pytest

from services.consult.domain.consultation.model import (
    Consultation,
    FiredRule,
    ReviewDecision,
    ReviewReason,
    Suitability,
    SuitabilityReview,
)
from services.consult.domain.patient.model import AgeBand, PatientState, VitalStatus
from services.consult.domain.plan import errors
from services.consult.domain.plan.events import Event, PlanCleared, PlanFlagged
from services.consult.domain.plan.facts import RecheckFacts
from services.consult.domain.plan.model import PlanState
from tests.unit.consult.cocktails import FORMULARY, SIGNED, amended
from tests.unit.consult.plans import (
    CONSENTED,
    ENDED,
    FLAG,
    FLAGGED,
    QUOTED,
    RECHECK,
    RUNNING,
    TAKEN_BACK,
    VOIDED,
    after,
    plan_after,
)
from tests.unit.consult.samples import (
    CONSULTATION,
    DOCTOR,
    NOW,
    PATIENT,
    PLAN,
    around,
    assessment,
    consultation,
    ground,
    patient,
    proposed,
)

LESS = replace(SIGNED, max_dose_micrograms=4_000)
STRICTER = RecheckFacts(
    around(ground=ground(formulary=amended(FORMULARY, "minoxidil", limits=(LESS,))))
)
UNCHANGED = RecheckFacts(around())
CLEARED = PlanCleared(PLAN, PATIENT, FORMULARY.version, NOW)


@pytest.mark.parametrize("history", [(proposed(),), QUOTED, RUNNING, (*CONSENTED, TAKEN_BACK)])
def test_a_plan_that_passes_no_more_is_flagged(history: tuple[Event, ...]) -> None:
    assert after(*history).when(RECHECK, STRICTER) == [FLAGGED]
    before, plan = plan_after(*history), plan_after(*history, FLAGGED)
    assert (plan.flag_codes, plan.state, plan.consent) == ((FLAG,), before.state, before.consent)


def test_a_signature_on_which_nothing_was_begun_is_void() -> None:
    assert after(*CONSENTED).when(RECHECK, STRICTER) == [VOIDED, FLAGGED]
    assert plan_after(*CONSENTED, VOIDED, FLAGGED).state is PlanState.QUOTED


@pytest.mark.parametrize("history", [(proposed(),), CONSENTED, RUNNING])
def test_a_plan_that_passes_as_before_hears_nothing(history: tuple[Event, ...]) -> None:
    assert after(*history).when(RECHECK, UNCHANGED) == []


def test_a_plan_is_flagged_once_and_cleared_once() -> None:
    assert after(*RUNNING, FLAGGED).when(RECHECK, STRICTER) == []
    assert after(*RUNNING, FLAGGED).when(RECHECK, UNCHANGED) == [CLEARED]
    assert after(*RUNNING, FLAGGED, CLEARED).when(RECHECK, UNCHANGED) == []
    assert plan_after(*RUNNING, FLAGGED, CLEARED).flag_codes == ()


def test_another_reason_is_another_flag() -> None:
    barred = RecheckFacts(around(ground=ground(excluded={"dutasteride": "DEPRESSION"})))
    [flagged] = after(*RUNNING, FLAGGED).when(RECHECK, barred)
    assert isinstance(flagged, PlanFlagged)
    assert flagged.flag_codes == ("INGREDIENT_BLOCKED/dutasteride",)


@pytest.mark.parametrize(
    ("history", "facts"),
    [
        ((*QUOTED, ENDED), STRICTER),
        (QUOTED, RecheckFacts(around(clinic=None))),
        (RUNNING, RecheckFacts(around(patient=patient(state=PatientState.MERGED)))),
    ],
    ids=["over", "cannot be held", "about to follow its patient"],
)
def test_a_plan_is_left_alone(history: tuple[Event, ...], facts: RecheckFacts) -> None:
    assert after(*history).when(RECHECK, facts) == []


# ── what becomes known of the patient ───────────────────────────────────────────────────────────


def fired(rule_id: str, effect: Suitability) -> FiredRule:
    return FiredRule(rule_id, "1", effect, "", "", ())


def judged(suitability: Suitability, *rules: FiredRule) -> Consultation:
    return consultation(assessment(suitability=suitability, fired_rules=rules))


REVIEWED = SuitabilityReview(
    DOCTOR, ReviewDecision.APPROVED, ReviewReason.CONDITION_CONTROLLED, None, "1", NOW
)
HEART = fired("HEART", Suitability.PHYSICIAN_REVIEW)
APPROVED = replace(judged(Suitability.PHYSICIAN_REVIEW, HEART), review=REVIEWED)
DECLINED = replace(APPROVED, review=replace(REVIEWED, decision=ReviewDecision.DECLINED))
UNEXAMINED = replace(consultation(), assessment=None, assessed_at=None)
EXPIRED = consultation(assessment(expires_at=NOW))
PREGNANT = fired("PREGNANT", Suitability.BLOCKED)
KEPT_OUT = fired("5-ARI", Suitability.SUITABLE)


@pytest.mark.parametrize(
    ("changes", "since", "codes"),
    [
        ({"patient": patient(vital_status=VitalStatus.DECEASED)}, (), ["PATIENT_DECEASED"]),
        ({"patient": patient(age_band=AgeBand.MINOR)}, (), ["PATIENT_UNDER_AGE"]),
        ({"patient": patient(age_band=AgeBand.UNKNOWN)}, (), ["PATIENT_AGE_UNKNOWN"]),
        ({"patient": patient(state=PatientState.RESTRICTED)}, (), ["PATIENT_RESTRICTED"]),
        ({"patient": patient(state=PatientState.ERASED)}, (), ["PATIENT_ERASED"]),
        ({"consultation": UNEXAMINED}, (), [f"SUITABILITY_MISSING/{CONSULTATION}"]),
        ({"consultation": judged(Suitability.BLOCKED)}, (), ["NOT_SUITABLE/BLOCKED"]),
        ({"consultation": judged(Suitability.REFER, PREGNANT)}, (), ["NOT_SUITABLE/PREGNANT"]),
        (
            {"consultation": judged(Suitability.PHYSICIAN_REVIEW, HEART)},
            (),
            ["NOT_SUITABLE/HEART"],
        ),
        ({"consultation": DECLINED}, (), ["NOT_SUITABLE/HEART"]),
        ({"consultation": APPROVED}, (), []),
        ({"consultation": APPROVED}, (HEART,), []),
        (
            {"consultation": APPROVED},
            (fired("HEART", Suitability.BLOCKED),),
            ["NOT_SUITABLE/HEART"],
        ),
        ({"consultation": APPROVED}, (HEART, PREGNANT), ["NOT_SUITABLE/PREGNANT"]),
        ({}, (PREGNANT, HEART), ["NOT_SUITABLE/HEART", "NOT_SUITABLE/PREGNANT"]),
        ({}, (KEPT_OUT,), []),
        ({"consultation": EXPIRED}, (), []),
    ],
)
def test_what_is_known_of_the_patient_by_now_flags_a_plan(
    changes: dict[str, object], since: tuple[FiredRule, ...], codes: list[str]
) -> None:
    facts = RecheckFacts(around(**changes), since)
    named = tuple(code if "/" in code else f"{code}/{PATIENT}" for code in codes)
    expected: list[Event] = [replace(FLAGGED, flag_codes=named)] if named else []
    assert after(*RUNNING).when(RECHECK, facts) == expected
    if named:
        flagged = (*RUNNING, *expected)
        assert after(*flagged).when(RECHECK, facts) == []
        assert after(*flagged).when(RECHECK, UNCHANGED) == [CLEARED]
        assert after(*CONSENTED).when(RECHECK, facts) == [VOIDED, *expected]


def test_all_that_is_wrong_stands_in_the_flag() -> None:
    held = ground(formulary=amended(FORMULARY, "minoxidil", limits=(LESS,)))
    facts = RecheckFacts(around(ground=held), (PREGNANT,))
    [flagged] = after(*RUNNING).when(RECHECK, facts)
    assert isinstance(flagged, PlanFlagged)
    assert flagged.flag_codes == (FLAG, "NOT_SUITABLE/PREGNANT")


def test_no_plan_no_check() -> None:
    with pytest.raises(errors.PlanNotFound):
        after().when(RECHECK, UNCHANGED)
