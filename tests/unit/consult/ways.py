"""A patient's way from examination to an accepted plan, with the reference data that ships."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.chassis.kernel import SealedText
from services.consult.domain.consultation import decider as consultations
from services.consult.domain.consultation import events as consultation_events
from services.consult.domain.consultation.commands import AssessSuitability, ReviewSuitability
from services.consult.domain.consultation.decider import AssessmentFacts, ReviewFacts
from services.consult.domain.consultation.model import (
    Consultation,
    Findings,
    ReviewDecision,
    ReviewReason,
    ScreeningAnswer,
)
from services.consult.domain.formulary.model import CoolingOff, Policy
from services.consult.domain.formulary.reference import Compatibility, Formulary
from services.consult.domain.patient.clinical import Answer, BodyWeight, Fertility, LabResult
from services.consult.domain.patient.model import Patient, PregnancyPotential
from services.consult.domain.plan.commands import AcceptPlan, ProposePlan, SignConsent
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import Event
from services.consult.domain.plan.facts import (
    AcceptanceFacts,
    ProposalFacts,
    SigningFacts,
    Surroundings,
)
from services.consult.domain.plan.model import Cocktail, PreparationSource, TopicalAnaesthetic
from services.consult.domain.practitioner.model import Practitioner
from services.consult.handlers.ground import ground_on
from services.consult.handlers.plan import signing_text
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.cocktails import FORMULARY, amended
from tests.unit.consult.plans import attach
from tests.unit.consult.samples import (
    CONSULTATION,
    DOCTOR,
    FINDINGS,
    HISTORY,
    NOW,
    PLAN,
    RULES,
    SCALES,
    TODAY,
    answers,
    clinic,
    cocktail,
    consultation,
    doctor,
    patient,
    policy,
    propose,
    quoted,
    signed,
)

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
APPROVED, DECLINED = ReviewDecision.APPROVED, ReviewDecision.DECLINED
HERE = PreparationSource.CLINIC_MIXED
WELL, BOTH, NO_TO_ALL = patient(), cocktail(), answers()
# A chain's own numbers, made up for these tests.
NUMBERS = policy(
    effective_from=TODAY - timedelta(days=90),
    cooling_offs=(CoolingOff("GB", 3), CoolingOff("US", 0), CoolingOff("AU", 1)),
)
LONG_LICENSED = doctor(until=TODAY + timedelta(days=90))


@dataclass(frozen=True)
class Way:
    """A patient on the way to an accepted plan, all well but for what a row says."""

    patient: Patient = WELL
    findings: Findings | None = FINDINGS
    said: tuple[ScreeningAnswer, ...] = NO_TO_ALL
    answered_days_ago: int = 0
    reviewed: ReviewDecision | None = None
    reviewer: Practitioner = LONG_LICENSED
    cocktail: Cocktail = BOTH
    topical: TopicalAnaesthetic | None = None
    formulary: Formulary = FORMULARY
    where: str = "GB"
    numbers: Policy | None = NUMBERS
    # What the chain has signed by the day of acceptance.
    later: Policy | None = NUMBERS


def assessed(way: Way) -> Consultation:
    """Return the consultation after its assessment, and its review where there is one."""
    answered_at = NOW - timedelta(days=way.answered_days_ago)
    opened = replace(
        consultation(),
        findings=way.findings,
        answers=way.said,
        assessment=None,
        screening_answered_at=answered_at,
    )
    facts = AssessmentFacts(
        patient=way.patient,
        rules=RULES,
        questionnaire=reference().questionnaire(opened.questionnaire_version),
        scales=SCALES,
        changes=signed(way.numbers) if way.numbers else None,
    )
    command = AssessSuitability(CONSULTATION, DOCTOR, answered_at)
    state = folded(opened, consultations.decide(command, opened, facts))
    if way.reviewed is None:
        return state
    note = SealedText("note", "v1", b"\x03" * 32)
    reason = ReviewReason.CONDITION_CONTROLLED
    review = ReviewSuitability(CONSULTATION, DOCTOR, way.reviewed, reason, note, NOW)
    about = ReviewFacts(way.patient, way.reviewer)
    return folded(state, consultations.decide(review, state, about))


def folded(state: Consultation, events: Sequence[consultation_events.Event]) -> Consultation:
    for event in events:
        state = consultations.evolve(state, event)
    return state


def surrounded(way: Way, numbers: Policy | None) -> Surroundings:
    """Return what the plan stands in, as it is gathered."""
    found, here = assessed(way), clinic(way.where)
    changes = signed(numbers) if numbers else None
    ground = ground_on(changes, way.patient, found, here, TODAY)
    return Surroundings(way.patient, found, here, replace(ground, formulary=way.formulary))


def asked(way: Way) -> ProposePlan:
    return propose(cocktail=way.cocktail, topical_anaesthetic=way.topical)


def travelled(way: Way) -> list[Event]:
    """Go the whole way, or raise the refusal that ends it."""
    facts = ProposalFacts(
        surrounded(way, way.numbers), doctor(), reference().schedules, frozenset()
    )
    history = Spec(DECIDER).when(asked(way), facts)
    history += Spec(DECIDER).given(*history).when(attach(quoted()), None)
    plan = Spec(DECIDER).given(*history)
    assert plan.state is not None
    text = signing_text(plan.state, None, "en", TODAY)
    assert text.text_digest is not None
    sign = SignConsent(
        PLAN, "consent-1", DOCTOR, text.text_digest, "en", b"\1" * 32, b"\2" * 32, False, NOW
    )
    history += plan.when(sign, SigningFacts(doctor(), text.text_digest, text.gaps))
    acceptance = AcceptanceFacts(surrounded(way, way.later), reference().cooling_offs)
    return history + Spec(DECIDER).given(*history).when(AcceptPlan(PLAN, NOW), acceptance)


def woman(**fertility: Answer) -> Patient:
    """Return somebody who can become pregnant and meets every condition, but for `fertility`."""
    asked_of = {
        "planning_pregnancy": NO,
        "planning_to_father": NO,
        "contraception": YES,
        "post_dose_undertaking": YES,
    }
    told = replace(
        HISTORY, fertility=Fertility(**(asked_of | fertility)), labs=(pregnancy_test(0),)
    )
    return patient(pregnancy_potential=PregnancyPotential.ASKED_YES, history=told)


def pregnancy_test(days_ago: int, positive: Answer = NO) -> LabResult:
    """Return a result; by the numbers of the samples it counts for a day."""
    return LabResult("PREGNANCY_TEST", None, "", positive, TODAY - timedelta(days=days_ago))


def with_labs(*labs: LabResult) -> Patient:
    """Return the same with other tests."""
    held = woman().history
    assert held is not None
    return replace(woman(), history=replace(held, labs=labs))


def heavy(weight_grams: int, days_ago: int = 0) -> Patient:
    """Return somebody who was weighed."""
    weight = BodyWeight(weight_grams, TODAY - timedelta(days=days_ago))
    return patient(history=replace(HISTORY, weight=weight))


def mixed(*components: tuple[str, int]) -> Cocktail:
    return cocktail(*components, source=HERE)


def lot(*components: tuple[str, int]) -> Cocktail:
    return cocktail(*components)


def compatible(one: str, other: str, formulary: Formulary) -> Formulary:
    """Return `formulary` with a row signed that lets the two share a syringe."""
    row = Compatibility(other, 3_600, ("D",))
    return amended(formulary, one, compatibilities=(row,))
