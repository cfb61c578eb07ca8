"""A plan on its way: what is asked of it, what happened to it, and what its commands must know."""

from dataclasses import replace
from datetime import timedelta

from services.consult.domain.plan.commands import (
    AcceptPlan,
    AmendPlan,
    AttachQuote,
    Command,
    MovePlan,
    RecheckPlan,
    SignConsent,
    SignResponsibility,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import (
    ConsentSigned,
    ConsentVoided,
    ConsentWithdrawn,
    Event,
    PlanAccepted,
    PlanAmended,
    PlanFlagged,
    PlanMoved,
    PlanWithdrawn,
    QuoteAttached,
)
from services.consult.domain.plan.facts import AcceptanceFacts, Facts, SigningFacts
from services.consult.domain.plan.model import (
    Plan,
    PlanAmendmentReason,
    PlanWithdrawalReason,
)
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    CLINIC,
    CONSULTATION,
    DOCTOR,
    NOW,
    PATIENT,
    PLAN,
    QUOTE,
    around,
    cocktail,
    doctor,
    proposed,
    quoted,
)

DIGEST, SIGNATURE, OWN_SIGNATURE = b"\x07" * 32, b"\x08" * 32, b"\x09" * 32
OTHER_QUOTE = QUOTE.replace("f1", "f2")
OTHER_CLINIC = CLINIC.replace("c2", "c3")
OTHER_DOCTOR = DOCTOR.replace("d1", "d2")
# What the chain of the samples signed for Britain.
THOUGHT_OVER = NOW + timedelta(days=3)
SIGN = SignConsent(PLAN, "consent-1", DOCTOR, DIGEST, "en", SIGNATURE, OWN_SIGNATURE, False, NOW)
SIGNED = ConsentSigned(
    PLAN, "consent-1", PATIENT, DOCTOR, DIGEST, "en", SIGNATURE, 2, NOW, OWN_SIGNATURE, False
)
ACCEPT = AcceptPlan(PLAN, NOW)
ACCEPTED = PlanAccepted(
    plan_id=PLAN,
    patient_id=PATIENT,
    clinic_id=CLINIC,
    practitioner_id=DOCTOR,
    quote_id=QUOTE,
    consent_id="consent-1",
    cocktail=proposed().cocktail,
    protocol=proposed().protocol,
    accepted_at=NOW,
    earliest_session_at=THOUGHT_OVER,
    terms_version=2,
    first_time=True,
)
VOIDED = ConsentVoided(PLAN, "consent-1", PATIENT, 2, NOW)
TAKE_BACK = WithdrawConsent(PLAN, NOW)
TAKEN_BACK = ConsentWithdrawn(PLAN, "consent-1", PATIENT, NOW)
END = WithdrawPlan(PLAN, PlanWithdrawalReason.PATIENT_WISH, None, NOW)
ENDED = PlanWithdrawn(PLAN, PATIENT, PlanWithdrawalReason.PATIENT_WISH, None, NOW)
AMEND = AmendPlan(
    plan_id=PLAN,
    practitioner_id=DOCTOR,
    reason=PlanAmendmentReason.RESPONSE,
    at=NOW,
    cocktail=cocktail(("minoxidil", 4_000)),
)
AMENDED = PlanAmended(
    plan_id=PLAN,
    patient_id=PATIENT,
    consultation_id=proposed().consultation_id,
    clinic_id=CLINIC,
    practitioner_id=DOCTOR,
    reason=PlanAmendmentReason.RESPONSE,
    goals=proposed().goals,
    cocktail=cocktail(("minoxidil", 4_000)),
    protocol=proposed().protocol,
    induction_sessions=10,
    maintenance_protocol_code="",
    maintenance_version="",
    deviation_reason=None,
    supplementary_therapy_codes=(),
    topical_anaesthetic=None,
    formulary_version=reference().formulary.version,
    suitability_rules_version=reference().rules.version,
    terms_version=3,
    amended_quote_id=QUOTE,
    sessions_12_months=10,
    sessions_24_months=10,
    amended_at=NOW,
    jurisdiction_code="GB",
)
MOVE = MovePlan(PLAN, OTHER_CLINIC, NOW)
MOVED = PlanMoved(PLAN, PATIENT, CLINIC, OTHER_CLINIC, NOW, "GB", CONSULTATION)
TAKE_ON = SignResponsibility(PLAN, OTHER_DOCTOR, OWN_SIGNATURE, NOW)
RECHECK = RecheckPlan(PLAN, NOW)
FLAG = "DOSE_EXCEEDED/minoxidil"
FLAGGED = PlanFlagged(PLAN, PATIENT, (FLAG,), reference().formulary.version, NOW)
SIGNING = SigningFacts(doctor(), DIGEST)
ACCEPTANCE = AcceptanceFacts(around(), reference().cooling_offs)

QUOTED = (proposed(), quoted())
CONSENTED = (*QUOTED, SIGNED)
RUNNING = (*CONSENTED, ACCEPTED)


def attach(quote: QuoteAttached, amends_quote_id: str | None = None) -> AttachQuote:
    """Return what billing's quote asks of its plan."""
    return AttachQuote(
        PLAN,
        quote.quote_id,
        quote.total,
        quote.deposit,
        quote.valid_until,
        quote.attached_at,
        quote.total_12_months,
        quote.total_24_months,
        amends_quote_id,
    )


def after(*history: Event) -> Spec[Plan, Command, Event, Facts]:
    """Return a plan to which this happened."""
    return Spec(DECIDER).given(*history)


def plan_after(*history: Event) -> Plan:
    """Return its state."""
    plan = after(*history).state
    assert plan is not None
    return plan


def acceptance(**changes: object) -> AcceptanceFacts:
    """Return what lets a plan be accepted, but for `changes` of what is around it."""
    return replace(ACCEPTANCE, around=around(**changes))
