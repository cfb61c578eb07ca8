"""How a plan decides."""

from collections.abc import Sequence

from services.chassis.kernel import Decider, Violation
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import (
    AcceptPlan,
    AttachQuote,
    Command,
    ProposePlan,
    SignConsent,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.eligibility import (
    excluded_by,
    refuse_unless_licensed_physician,
    suitable,
    treatable,
)
from services.consult.domain.plan.events import (
    ConsentSigned,
    ConsentWithdrawn,
    Event,
    PlanAccepted,
    PlanProposed,
    PlanWithdrawn,
    QuoteAttached,
)
from services.consult.domain.plan.evolution import evolve
from services.consult.domain.plan.facts import AcceptanceFacts, Facts, ProposalFacts, SigningFacts
from services.consult.domain.plan.gates import Gate
from services.consult.domain.plan.model import Consent, Plan, PlanQuote, PlanState


def decide(command: Command, state: Plan | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state, facts:
        case ProposePlan(), None, ProposalFacts():
            return [propose(command, facts)]
        case AttachQuote(), Plan(), _:
            return attach_quote(command, state)
        case SignConsent(), Plan(), SigningFacts():
            return [sign_consent(command, state, facts)]
        case AcceptPlan(), Plan(), AcceptanceFacts():
            return [accept(command, state, facts)]
        case WithdrawPlan(), Plan(), _:
            refuse_closed(state)
            return [
                PlanWithdrawn(
                    state.plan_id, state.patient_id, command.reason, command.note, command.at
                )
            ]
        case WithdrawConsent(), Plan(), _:
            return [withdraw_consent(command, state)]
        case _:
            raise errors.PlanNotFound


def propose(command: ProposePlan, facts: ProposalFacts) -> PlanProposed:
    """Return the proposal, or refuse one that this patient may not be given here today."""
    patient = treatable(facts.patient)
    if facts.clinic is None:
        raise ClinicNotFound
    refuse_unless_licensed_physician(facts.practitioner, command.at)
    _, assessment = suitable(patient, facts.consultation, command.at)
    day = command.at.date()
    schedule = facts.schedules.schedule(command.protocol_code, day)
    if schedule is None:
        raise errors.ProtocolNotFound(protocol_code=command.protocol_code)
    where = facts.clinic.jurisdiction_code
    gate = Gate(facts.formulary, where, day, excluded_by(assessment))
    gate.pass_through(command.cocktail)
    return PlanProposed(
        plan_id=command.plan_id,
        patient_id=command.patient_id,
        consultation_id=command.consultation_id,
        clinic_id=command.clinic_id,
        practitioner_id=command.practitioner_id,
        goals=command.goals,
        cocktail=command.cocktail,
        protocol=facts.schedules.protocol(schedule),
        jurisdiction_code=where,
        induction_sessions=len(schedule.offset_weeks),
        formulary_version=facts.formulary.version,
        suitability_rules_version=assessment.rules_version,
        proposed_at=command.at,
    )


def attach_quote(command: AttachQuote, plan: Plan) -> Sequence[Event]:
    """Return the attachment; nothing where it is known or the plan has no more use for it."""
    known = plan.quote is not None and plan.quote.quote_id == command.quote_id
    if known or plan.state in (PlanState.ACCEPTED, PlanState.WITHDRAWN):
        return []
    return [
        QuoteAttached(
            plan_id=plan.plan_id,
            quote_id=command.quote_id,
            total=command.total,
            deposit=command.deposit,
            valid_until=command.valid_until,
            attached_at=command.at,
        )
    ]


def sign_consent(command: SignConsent, plan: Plan, facts: SigningFacts) -> ConsentSigned:
    """Return the signature, or refuse one under another text than that of the plan as it is."""
    refuse_closed(plan)
    if plan.state is PlanState.ACCEPTED:
        raise errors.PlanAlreadyAccepted
    quoted(plan)
    refuse_unless_licensed_physician(facts.practitioner, command.at)
    if facts.text_digest is None or command.text_digest != facts.text_digest:
        raise errors.ConsentStale
    return ConsentSigned(
        plan_id=plan.plan_id,
        consent_id=command.consent_id,
        patient_id=plan.patient_id,
        practitioner_id=command.practitioner_id,
        text_digest=command.text_digest,
        language=command.language,
        patient_signature_digest=command.patient_signature_digest,
        plan_version=plan.terms_version,
        signed_at=command.at,
    )


def accept(command: AcceptPlan, plan: Plan, facts: AcceptanceFacts) -> PlanAccepted:
    """Return the acceptance, or refuse a plan that lacks price, consent or suitability today."""
    refuse_closed(plan)
    if plan.state is PlanState.ACCEPTED:
        raise errors.PlanAlreadyAccepted
    quote = quoted(plan)
    consent = standing_consent(plan)
    if command.at >= quote.valid_until:
        raise errors.QuoteExpired(valid_until=quote.valid_until.isoformat())
    patient = treatable(facts.patient)
    _, assessment = suitable(patient, facts.consultation, command.at)
    excluded = excluded_by(assessment)
    now_blocked = [
        Violation("INGREDIENT", c.ingredient_code, f"is excluded by {excluded[c.ingredient_code]}")
        for c in plan.cocktail.components
        if c.ingredient_code in excluded
    ]
    if now_blocked:
        raise errors.IngredientBlocked(violations=now_blocked)
    return PlanAccepted(
        plan_id=plan.plan_id,
        patient_id=plan.patient_id,
        clinic_id=plan.clinic_id,
        practitioner_id=plan.practitioner_id,
        quote_id=quote.quote_id,
        consent_id=consent.consent_id,
        cocktail=plan.cocktail,
        protocol=plan.protocol,
        accepted_at=command.at,
        terms_version=plan.terms_version,
    )


def withdraw_consent(command: WithdrawConsent, plan: Plan) -> ConsentWithdrawn:
    """Return the withdrawal of a consent that stands, stale or not; it needs no reason."""
    refuse_closed(plan)
    if plan.consent is None:
        raise errors.ConsentMissing
    if plan.consent.withdrawn_at is not None:
        raise errors.ConsentWithdrawn
    return ConsentWithdrawn(plan.plan_id, plan.consent.consent_id, plan.patient_id, command.at)


def refuse_closed(plan: Plan) -> None:
    """Refuse a plan that is over."""
    if plan.state is PlanState.WITHDRAWN:
        raise errors.PlanClosed


def quoted(plan: Plan) -> PlanQuote:
    """Return the quote, or refuse a plan without one."""
    if plan.quote is None:
        raise errors.QuoteMissing
    return plan.quote


def standing_consent(plan: Plan) -> Consent:
    """Return the consent to the plan as it is, or refuse."""
    if plan.consent is None:
        raise errors.ConsentMissing
    if plan.consent.withdrawn_at is not None:
        raise errors.ConsentWithdrawn
    if plan.consent.plan_version != plan.terms_version:
        raise errors.ConsentStale
    return plan.consent


DECIDER: Decider[Plan, Command, Event, Facts] = Decider(decide, evolve)
