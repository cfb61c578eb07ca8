"""How consent is given under the text as it is, made void, and taken back."""

from collections.abc import Sequence
from datetime import datetime

from services.consult.domain.dating import day_in
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import AttachQuote, SignConsent, WithdrawConsent
from services.consult.domain.plan.eligibility import refuse_unless_answerable
from services.consult.domain.plan.events import (
    ConsentSigned,
    ConsentVoided,
    ConsentWithdrawn,
    Event,
    QuoteAttached,
)
from services.consult.domain.plan.facts import SigningFacts
from services.consult.domain.plan.model import Consent, Plan, PlanState
from services.consult.domain.plan.standing import quoted, refuse_closed, refuse_flagged, stands
from services.consult.domain.practitioner.errors import ResponsiblePractitionerRequired


def sign_consent(command: SignConsent, plan: Plan, facts: SigningFacts) -> ConsentSigned:
    """Return both signatures, or refuse them under another text than that of the plan as it is.

    Who answers for the plan takes consent personally (DOMAIN 8); of a moved plan anyone who could
    answer for it at its clinic, who then does.
    """
    refuse_closed(plan)
    if plan.state is PlanState.ACCEPTED:
        raise errors.PlanAlreadyAccepted
    refuse_flagged(plan)
    quoted(plan)
    today = day_in(facts.time_zone, command.at)
    refuse_unless_answerable(facts.practitioner, plan.clinic_id, today)
    if not plan.moved and command.practitioner_id != plan.practitioner_id:
        raise ResponsiblePractitionerRequired(practitioner_id=plan.practitioner_id)
    refuse_taken_back(command, plan)
    if facts.text_digest is None or command.text_digest != facts.text_digest:
        raise errors.ConsentStale
    if facts.gaps:
        raise errors.ConsentIncomplete(violations=facts.gaps)
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
        practitioner_signature_digest=command.practitioner_signature_digest,
        interpreter_present=command.interpreter_present,
    )


def refuse_taken_back(command: SignConsent, plan: Plan) -> None:
    """Refuse the very signature that the patient took back: it is no new one, however it comes."""
    last = plan.consent
    if last is None or last.withdrawn_at is None:
        return
    if command.patient_signature_digest == last.patient_signature_digest:
        raise errors.ConsentWithdrawn


def attach_quote(command: AttachQuote, plan: Plan) -> Sequence[Event]:
    """Return the attachment; nothing where it is known or the plan has no more use for it.

    A quote of terms that were changed since is of no use: it amends another quote than that of
    the plan's last change. A new price is new terms: what was signed under the old one is void.
    """
    known = plan.quote is not None and plan.quote.quote_id == command.quote_id
    outdated = command.amends_quote_id != plan.amended_quote_id
    if known or outdated or plan.state in (PlanState.ACCEPTED, PlanState.WITHDRAWN):
        return []
    attached = QuoteAttached(
        plan_id=plan.plan_id,
        quote_id=command.quote_id,
        total=command.total,
        deposit=command.deposit,
        valid_until=command.valid_until,
        attached_at=command.at,
        total_12_months=command.total_12_months,
        total_24_months=command.total_24_months,
    )
    return [*voided(plan, command.at), attached]


def voided(plan: Plan, at: datetime) -> Sequence[ConsentVoided]:
    """Return the end of a consent that stands; nothing where none does."""
    consent = plan.consent
    if consent is None or not stands(consent):
        return []
    return [
        ConsentVoided(plan.plan_id, consent.consent_id, plan.patient_id, plan.terms_version, at)
    ]


def withdraw_consent(command: WithdrawConsent, plan: Plan) -> ConsentWithdrawn:
    """Return the withdrawal of a consent, void or not; it needs no reason."""
    refuse_closed(plan)
    consent = signed(plan)
    if consent.withdrawn_at is not None:
        raise errors.ConsentWithdrawn
    return ConsentWithdrawn(plan.plan_id, consent.consent_id, plan.patient_id, command.at)


def signed(plan: Plan) -> Consent:
    """Return the consent that was signed last, or refuse a plan without any."""
    if plan.consent is None:
        raise errors.ConsentMissing
    return plan.consent


def standing_consent(plan: Plan) -> Consent:
    """Return the consent to the plan as it is, or refuse."""
    consent = signed(plan)
    if consent.withdrawn_at is not None:
        raise errors.ConsentWithdrawn
    if consent.voided_at is not None or consent.plan_version != plan.terms_version:
        raise errors.ConsentStale
    return consent
