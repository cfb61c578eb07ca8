"""Anything may become known of a patient, in any order: no accepted plan goes on that it forbids.

What consult hears of itself is heard as the inbox hears it, and the outcome is held against an
assessment and a set of checks made anew, as a new proposal would be.
"""

from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.chassis.handling import Aggregate, AnyAggregate
from services.chassis.kernel import Decider, DomainError
from services.consult.domain.clinic.commands import AmendClinic
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import checks
from services.consult.domain.consultation import commands as examining
from services.consult.domain.consultation.decider import DECIDER as CONSULTING
from services.consult.domain.consultation.decider import AssessmentFacts
from services.consult.domain.consultation.model import (
    Consultation,
    RedFlag,
    ReviewDecision,
    ReviewReason,
    Suitability,
)
from services.consult.domain.formulary.model import formulary_of
from services.consult.domain.patient.clinical import Answer, Coding, History, TherapyKind
from services.consult.domain.patient.commands import (
    AmendPatient,
    EndTherapy,
    MergePatients,
    RecordHistory,
    RecordTherapy,
)
from services.consult.domain.patient.events import PatientRestricted
from services.consult.domain.patient.model import (
    AgeBand,
    Patient,
    PatientState,
    PregnancyPotential,
    VitalStatus,
)
from services.consult.domain.plan.commands import MovePlan
from services.consult.domain.plan.model import Plan, PlanState
from services.consult.handlers.consultation import CONSULTATION as CONSULTATIONS
from services.consult.handlers.directory import CLINIC as CLINICS
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.ground import ground_on
from services.consult.handlers.patient import PATIENT as PATIENTS
from services.consult.handlers.plan import PLAN as PLANS
from services.consult.reference.loader import reference
from tests.unit.consult.houses import DOUBLE, NOTE, running
from tests.unit.consult.plans import OTHER_CLINIC
from tests.unit.consult.samples import (
    CHAIN,
    CLINIC,
    CONSULTATION,
    DOCTOR,
    FINDINGS,
    HISTORY,
    PATIENT,
    PLAN,
    QUESTIONNAIRE,
    RULES,
    SCALES,
    VOCABULARY,
    answers,
)

CODINGS = [Coding(each.system, each.code) for each in RULES.codings]
codes = st.lists(st.sampled_from(CODINGS), max_size=2).map(tuple)
histories = st.one_of(
    st.just(HISTORY),
    st.builds(History, codes, codes, codes, st.sampled_from(Answer), st.sampled_from(Answer)),
)
said = st.one_of(
    st.just(answers()),
    st.builds(
        lambda code, answer: answers(**{code: answer}),
        st.sampled_from(QUESTIONNAIRE.item_codes),
        st.sampled_from(Answer),
    ),
)
found = st.sampled_from([FINDINGS, replace(FINDINGS, red_flags=(RedFlag.PUSTULES,))])


# Takes what happened to a patient as it happened.
DECIDER: Decider[Any, Any, Any, Any] = Decider(lambda e, *_: [e], PATIENTS.decider.evolve)
GIVEN: AnyAggregate = Aggregate("patient", DECIDER, Patient)


class StandingMachine(RuleBasedStateMachine):
    """What people say and write down, and what a plan that is carried out makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.house = running()
        self.therapies = 0

    def kept(self, name: str, key: str) -> Any:  # noqa: ANN401 - any document
        return self.house.kept[name, key]

    @property
    def plan(self) -> Plan:
        plan: Plan = self.kept(PLANS.name, PLAN)
        return plan

    def of_patient(self, command: Any) -> None:  # noqa: ANN401 - any command
        self.house.ask(PATIENTS, self.plan.patient_id, command)
        self.house.hear()

    def of_consultation(self, command: Any) -> None:  # noqa: ANN401 - any command
        self.house.ask(CONSULTATIONS, CONSULTATION, command)
        self.house.hear()

    # ── what becomes known of the patient ────────────────────────────────────────────────────

    @rule(
        vital=st.sampled_from((None, *VitalStatus)),
        age=st.sampled_from((None, *AgeBand)),
        potential=st.sampled_from((None, *PregnancyPotential)),
    )
    def amend(
        self,
        vital: VitalStatus | None,
        age: AgeBand | None,
        potential: PregnancyPotential | None,
    ) -> None:
        who = self.plan.patient_id
        self.of_patient(AmendPatient(who, None, vital, age, potential, self.house.at))

    @rule()
    def amended_in_error(self) -> None:
        alive, grown = VitalStatus.ALIVE, AgeBand.ADULT
        never = PregnancyPotential.ASKED_NO
        who = self.plan.patient_id
        self.of_patient(AmendPatient(who, None, alive, grown, never, self.house.at))

    @rule(history=histories)
    def tell(self, history: History) -> None:
        self.house.at += timedelta(minutes=1)
        self.of_patient(RecordHistory(self.plan.patient_id, history, VOCABULARY, self.house.at))

    @rule(coding=st.sampled_from(CODINGS), kind=st.sampled_from(TherapyKind))
    def take(self, coding: Coding, kind: TherapyKind) -> None:
        self.therapies += 1
        begun = self.house.at.date() - timedelta(days=1)
        who, which, at = self.plan.patient_id, f"therapy-{self.therapies}", self.house.at
        self.of_patient(RecordTherapy(who, which, kind, coding, begun, None, VOCABULARY, at))

    @rule()
    def stop_taking(self) -> None:
        yesterday = self.house.at.date() - timedelta(days=1)
        for therapy in self.kept(PATIENTS.name, self.plan.patient_id).therapies:
            who = self.plan.patient_id
            self.of_patient(EndTherapy(who, therapy.therapy_id, yesterday, self.house.at))

    @rule(history=histories)
    def become_one_with_a_duplicate(self, history: History) -> None:
        other = DOUBLE if self.plan.patient_id == PATIENT else PATIENT
        if self.kept(PATIENTS.name, other).state is not PatientState.ACTIVE:
            return
        self.house.ask(PATIENTS, other, RecordHistory(other, history, VOCABULARY, self.house.at))
        self.of_patient(MergePatients(self.plan.patient_id, other, self.house.at))

    @precondition(lambda self: self.therapies > 3)
    @rule()
    def be_restricted(self) -> None:
        """Let the record be kept by duty alone, whatever it was that asked for it."""
        who = self.plan.patient_id
        if self.kept(PATIENTS.name, who).state is PatientState.ACTIVE:
            self.house.ask(GIVEN, who, PatientRestricted(who, None, self.house.at))
            self.house.hear()

    # ── what is found and judged ─────────────────────────────────────────────────────────────

    @rule(findings=found)
    def examine(self, findings: Any) -> None:  # noqa: ANN401 - findings
        at = self.house.at
        self.of_consultation(
            examining.RecordFindings(CONSULTATION, DOCTOR, findings, SCALES, None, at)
        )

    @rule(given=said)
    def screen(self, given: Any) -> None:  # noqa: ANN401 - answers
        version, at = QUESTIONNAIRE.version, self.house.at
        self.of_consultation(
            examining.AnswerScreening(CONSULTATION, DOCTOR, version, QUESTIONNAIRE, given, at)
        )

    @rule()
    def assess(self) -> None:
        self.of_consultation(examining.AssessSuitability(CONSULTATION, DOCTOR, self.house.at))

    @rule(decision=st.sampled_from(ReviewDecision))
    def review(self, decision: ReviewDecision) -> None:
        reason, at = ReviewReason.CONDITION_CONTROLLED, self.house.at
        self.of_consultation(
            examining.ReviewSuitability(CONSULTATION, DOCTOR, decision, reason, NOTE, at)
        )

    # ── where it is carried out ──────────────────────────────────────────────────────────────

    @rule(where=st.sampled_from([CLINIC, OTHER_CLINIC]))
    def move(self, where: str) -> None:
        self.house.ask(PLANS, PLAN, MovePlan(PLAN, where, self.house.at))
        self.house.hear()
        assert where != self.plan.clinic_id or self.reaches(where)

    @rule(law=st.sampled_from(["GB", "US", "FR", "AU"]), where=st.sampled_from([CLINIC]))
    def legislate(self, law: str, where: str) -> None:
        amend = AmendClinic(where, "Europe/London", law, "LTD-1", self.house.at)
        self.house.ask(CLINICS, where, amend)
        self.house.hear()

    # ── what holds ───────────────────────────────────────────────────────────────────────────

    def reaches(self, where: str) -> bool:
        """Tell whether a clinic reaches the plan's patient and consultation."""
        records = (
            self.kept(PATIENTS.name, self.plan.patient_id),
            self.kept(CONSULTATIONS.name, CONSULTATION),
        )
        return all(where in (each.clinic_id, *each.further_clinic_ids) for each in records)

    @invariant()
    def whoever_carries_it_out_reaches_whom_it_is_for(self) -> None:
        assert self.reaches(self.plan.clinic_id)

    @invariant()
    def no_accepted_plan_goes_on_that_is_forbidden(self) -> None:
        plan = self.plan
        if plan.state is not PlanState.ACCEPTED:
            return
        patient: Patient = self.kept(PATIENTS.name, plan.patient_id)
        assert patient.state is not PatientState.MERGED, "its plan has followed"
        if self.forbidden(patient):
            assert plan.flag_codes, "a forbidden plan goes on"
        elif self.says_no_more_than_now(patient):
            assert not plan.flag_codes, "a plan is stopped that nothing forbids"

    def says_no_more_than_now(self, patient: Patient) -> bool:
        """Tell whether the assessment that stands forbids nothing that one made now would allow."""
        held, now = self.kept(CONSULTATIONS.name, CONSULTATION).assessment, self.judged(patient)
        assert now is not None
        assert now.assessment is not None, "what is not forbidden can be assessed"
        suits = held.suitability is Suitability.SUITABLE
        kept_out = set(held.excluded_ingredient_codes)
        return suits and kept_out <= set(now.assessment.excluded_ingredient_codes)

    def forbidden(self, patient: Patient) -> bool:
        """Tell whether nobody could propose this plan now, whatever was decided before."""
        well = patient.vital_status is VitalStatus.ALIVE and patient.age_band is AgeBand.ADULT
        if not well or patient.state is not PatientState.ACTIVE:
            return True
        held: Consultation = self.kept(CONSULTATIONS.name, CONSULTATION)
        now = self.judged(patient)
        if held.assessment is None or now is None or now.assessment is None:
            return True
        said, approved = now.assessment, held.review
        if said.suitability is Suitability.PHYSICIAN_REVIEW:
            known = {each.rule_id for each in held.assessment.fired_rules}
            new = {each.rule_id for each in said.fired_rules if each.effect is said.suitability}
            decided = approved is not None and approved.decision is ReviewDecision.APPROVED
            if not decided or not new <= known:
                return True
        elif said.suitability is not Suitability.SUITABLE:
            return True
        clinic: Clinic = self.kept(CLINICS.name, self.plan.clinic_id)
        changes = self.kept(FORMULARY.name, formulary_of(CHAIN))
        ground = ground_on(changes, patient, now, clinic, self.house.at.date())
        made = checks(self.plan.cocktail, self.plan.topical_anaesthetic, ground)
        return any(each.verdict for each in made)

    def judged(self, patient: Patient) -> Consultation | None:
        """Return the consultation as an assessment made now would leave it; None of none."""
        facts = AssessmentFacts(
            patient=patient,
            rules=RULES,
            questionnaire=reference().questionnaire(QUESTIONNAIRE.version),
            scales=SCALES,
            changes=self.kept(FORMULARY.name, formulary_of(CHAIN)),
        )
        state: Consultation = self.kept(CONSULTATIONS.name, CONSULTATION)
        command = examining.AssessSuitability(CONSULTATION, DOCTOR, self.house.at)
        try:
            events = CONSULTING.decide(command, state, facts)
        except DomainError:
            return None
        return reduce(CONSULTING.evolve, events, state)


StandingMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestStanding = StandingMachine.TestCase
