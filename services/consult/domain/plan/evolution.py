"""How a plan changes. A new quote is new terms; a signature is under the terms of its day."""

from dataclasses import replace

from services.consult.domain.plan.events import (
    ConsentSigned,
    ConsentWithdrawn,
    Event,
    PlanAccepted,
    PlanProposed,
    PlanWithdrawn,
    QuoteAttached,
)
from services.consult.domain.plan.model import Consent, Plan, PlanQuote, PlanState


def evolve(state: Plan | None, event: Event) -> Plan:
    """Return the state after `event`."""
    if isinstance(event, PlanProposed):
        return proposed(event)
    assert state is not None, "a plan is proposed before anything else happens to it"
    return replace(changed(state, event), version=state.version + 1)


def proposed(event: PlanProposed) -> Plan:
    """Return a plan in its first version."""
    return Plan(
        plan_id=event.plan_id,
        state=PlanState.PROPOSED,
        patient_id=event.patient_id,
        consultation_id=event.consultation_id,
        clinic_id=event.clinic_id,
        practitioner_id=event.practitioner_id,
        goals=event.goals,
        cocktail=event.cocktail,
        protocol=event.protocol,
        formulary_version=event.formulary_version,
        suitability_rules_version=event.suitability_rules_version,
        quote=None,
        consent=None,
        withdrawal_reason=None,
        version=1,
        terms_version=1,
        proposed_at=event.proposed_at,
        induction_sessions=event.induction_sessions,
        maintenance_protocol_code=event.maintenance_protocol_code,
        maintenance_version=event.maintenance_version,
        deviation_reason=event.deviation_reason,
        supplementary_therapy_codes=event.supplementary_therapy_codes,
        topical_anaesthetic=event.topical_anaesthetic,
        jurisdiction_code=event.jurisdiction_code,
        imported=event.imported,
        accepted_at=None,
        withdrawn_at=None,
    )


def changed(
    plan: Plan,
    event: QuoteAttached | ConsentSigned | PlanAccepted | ConsentWithdrawn | PlanWithdrawn,
) -> Plan:
    """Return `plan` after `event`, but for its version."""
    match event:
        case QuoteAttached():
            return quoted_anew(plan, event)
        case ConsentSigned():
            return replace(
                plan, state=PlanState.CONSENTED, consent=consent_of(event), accepted_at=None
            )
        case PlanAccepted():
            return replace(plan, state=PlanState.ACCEPTED, accepted_at=event.accepted_at)
        case ConsentWithdrawn():
            assert plan.consent is not None, "a consent is signed before it is withdrawn"
            consent = replace(plan.consent, withdrawn_at=event.withdrawn_at)
            return replace(plan, state=PlanState.CONSENT_WITHDRAWN, consent=consent)
        case PlanWithdrawn():
            return replace(
                plan,
                state=PlanState.WITHDRAWN,
                withdrawal_reason=event.reason,
                withdrawn_at=event.withdrawn_at,
            )


def quoted_anew(plan: Plan, event: QuoteAttached) -> Plan:
    """Return `plan` with a quote; what was signed under an earlier one is stale from now on."""
    withdrawn = plan.state is PlanState.CONSENT_WITHDRAWN
    return replace(
        plan,
        state=plan.state if withdrawn else PlanState.QUOTED,
        quote=PlanQuote(
            quote_id=event.quote_id,
            total=event.total,
            deposit=event.deposit,
            valid_until=event.valid_until,
            total_12_months=event.total_12_months,
            total_24_months=event.total_24_months,
        ),
        terms_version=plan.version + 1,
    )


def consent_of(event: ConsentSigned) -> Consent:
    """Return the consent that was signed."""
    return Consent(
        consent_id=event.consent_id,
        practitioner_id=event.practitioner_id,
        text_digest=event.text_digest,
        language=event.language,
        patient_signature_digest=event.patient_signature_digest,
        plan_version=event.plan_version,
        signed_at=event.signed_at,
        withdrawn_at=None,
        practitioner_signature_digest=event.practitioner_signature_digest,
        interpreter_present=event.interpreter_present,
    )
