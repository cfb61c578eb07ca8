"""How a plan changes. A new quote is new terms; a signature is under the terms of its day."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from services.consult.domain.plan.events import (
    ConsentSigned,
    ConsentVoided,
    ConsentWithdrawn,
    Event,
    PlanAccepted,
    PlanAmended,
    PlanCleared,
    PlanFlagged,
    PlanMoved,
    PlanProposed,
    PlanWithdrawn,
    QuoteAttached,
    ResponsibilitySigned,
)
from services.consult.domain.plan.model import Consent, Plan, PlanQuote, PlanState, PlanTerms
from services.consult.domain.plan.standing import stands


def evolve(state: Plan | None, event: Event) -> Plan:
    """Return the state after `event`."""
    if isinstance(event, PlanProposed):
        return proposed(event)
    assert state is not None, "a plan is proposed before anything else happens to it"
    return replace(CHANGES[type(event)](state, event), version=state.version + 1)


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
        accepted_at=None,
        withdrawn_at=None,
        induction_sessions=event.induction_sessions,
        maintenance_protocol_code=event.maintenance_protocol_code,
        maintenance_version=event.maintenance_version,
        deviation_reason=event.deviation_reason,
        supplementary_therapy_codes=event.supplementary_therapy_codes,
        topical_anaesthetic=event.topical_anaesthetic,
        jurisdiction_code=event.jurisdiction_code,
        imported=event.imported,
        resumes_on=event.resumes_on,
        terms_at=event.proposed_at,
        sessions_12_months=event.sessions_12_months,
        sessions_24_months=event.sessions_24_months,
    )


def amended(plan: Plan, event: PlanAmended) -> Plan:
    """Return `plan` as it is from now on; what it said is kept, and its price is asked anew."""
    return replace(
        plan,
        state=PlanState.PROPOSED,
        practitioner_id=event.practitioner_id,
        goals=event.goals,
        cocktail=event.cocktail,
        protocol=event.protocol,
        formulary_version=event.formulary_version,
        suitability_rules_version=event.suitability_rules_version,
        quote=None,
        accepted_at=None,
        terms_version=event.terms_version,
        induction_sessions=event.induction_sessions,
        maintenance_protocol_code=event.maintenance_protocol_code,
        maintenance_version=event.maintenance_version,
        deviation_reason=event.deviation_reason,
        supplementary_therapy_codes=event.supplementary_therapy_codes,
        topical_anaesthetic=event.topical_anaesthetic,
        jurisdiction_code=event.jurisdiction_code,
        earlier_terms=(*plan.earlier_terms, replaced_terms(plan, event)),
        flag_codes=(),
        responsible_signed=False,
        moved=False,
        terms_at=event.amended_at,
        sessions_12_months=event.sessions_12_months,
        sessions_24_months=event.sessions_24_months,
        amended_quote_id=event.amended_quote_id,
    )


def replaced_terms(plan: Plan, event: PlanAmended) -> PlanTerms:
    """Return what the plan said until now."""
    return PlanTerms(
        terms_version=plan.terms_version,
        goals=plan.goals,
        cocktail=plan.cocktail,
        protocol=plan.protocol,
        formulary_version=plan.formulary_version,
        quote=plan.quote,
        consent_id=plan.consent.consent_id if plan.consent else None,
        reason=event.reason,
        replaced_at=event.amended_at,
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


def signed(plan: Plan, event: ConsentSigned) -> Plan:
    """Return `plan` under both signatures; who signed answers for it."""
    consent = Consent(
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
    return replace(
        plan,
        state=PlanState.CONSENTED,
        consent=consent,
        practitioner_id=event.practitioner_id,
        accepted_at=None,
        responsible_signed=True,
        moved=False,
    )


def voided(plan: Plan, event: ConsentVoided) -> Plan:
    """Return `plan` to be signed again."""
    assert plan.consent is not None, "a consent is signed before it is void"
    return replace(
        plan,
        state=PlanState.QUOTED if plan.state is PlanState.CONSENTED else plan.state,
        consent=replace(plan.consent, voided_at=event.voided_at),
        responsible_signed=False,
    )


def consent_withdrawn(plan: Plan, event: ConsentWithdrawn) -> Plan:
    """Return `plan` without leave to go on."""
    assert plan.consent is not None, "a consent is signed before it is withdrawn"
    consent = replace(plan.consent, withdrawn_at=event.withdrawn_at)
    return replace(plan, state=PlanState.CONSENT_WITHDRAWN, consent=consent)


def accepted(plan: Plan, event: PlanAccepted) -> Plan:
    """Return `plan` as it is carried out."""
    return replace(
        plan,
        state=PlanState.ACCEPTED,
        accepted_at=event.accepted_at,
        times_accepted=plan.times_accepted + 1,
    )


def moved(plan: Plan, event: PlanMoved) -> Plan:
    """Return `plan` at its new clinic; without a signature its text is made in the law there."""
    signed_here = plan.consent is not None and stands(plan.consent)
    return replace(
        plan,
        clinic_id=event.clinic_id,
        jurisdiction_code=plan.jurisdiction_code if signed_here else event.jurisdiction_code,
        responsible_signed=False,
        moved=True,
    )


def taken_on(plan: Plan, event: ResponsibilitySigned) -> Plan:
    """Return `plan` with who answers for it by now."""
    return replace(
        plan, practitioner_id=event.practitioner_id, responsible_signed=True, moved=False
    )


def withdrawn(plan: Plan, event: PlanWithdrawn) -> Plan:
    """Return `plan` at its end."""
    return replace(
        plan,
        state=PlanState.WITHDRAWN,
        withdrawal_reason=event.reason,
        withdrawn_at=event.withdrawn_at,
    )


CHANGES: Mapping[type[Any], Callable[[Plan, Any], Plan]] = {
    QuoteAttached: quoted_anew,
    ConsentSigned: signed,
    PlanAccepted: accepted,
    ConsentWithdrawn: consent_withdrawn,
    PlanWithdrawn: withdrawn,
    PlanFlagged: lambda plan, event: replace(plan, flag_codes=event.flag_codes),
    PlanCleared: lambda plan, event: replace(plan, flag_codes=()),
    PlanAmended: amended,
    ConsentVoided: voided,
    PlanMoved: moved,
    ResponsibilitySigned: taken_on,
}
