"""How a plan goes to another clinic of its chain, and who then answers for it."""

from collections.abc import Sequence

from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.cocktail.checks import checks, refuse_failed
from services.consult.domain.dating import day_in
from services.consult.domain.plan.commands import MovePlan, SignResponsibility
from services.consult.domain.plan.consenting import standing_consent
from services.consult.domain.plan.eligibility import refuse_unless_answerable
from services.consult.domain.plan.events import Event, PlanMoved, ResponsibilitySigned
from services.consult.domain.plan.facts import RecheckFacts, ResponsibilityFacts
from services.consult.domain.plan.forbidding import sayable
from services.consult.domain.plan.model import Plan
from services.consult.domain.plan.rechecking import reflagged
from services.consult.domain.plan.standing import refuse_closed


def move(command: MovePlan, plan: Plan, facts: RecheckFacts) -> Sequence[Event]:
    """Return the move, or refuse a clinic in whose law the cocktail may not be given.

    The patient's signature stands. A plan that passes there is flagged no more; what forbids to
    treat the patient forbids it there too.
    """
    refuse_closed(plan)
    if facts.around.clinic is None:
        raise ClinicNotFound
    if command.clinic_id == plan.clinic_id:
        return []
    ground = facts.around.ground
    assert ground is not None, "a plan's patient and consultation are there"
    refuse_failed(checks(plan.cocktail, plan.topical_anaesthetic, ground))
    moved = PlanMoved(
        plan_id=plan.plan_id,
        patient_id=plan.patient_id,
        former_clinic_id=plan.clinic_id,
        clinic_id=command.clinic_id,
        moved_at=command.at,
        jurisdiction_code=ground.jurisdiction_code,
        consultation_id=plan.consultation_id,
    )
    return [*(reflagged(plan, facts, command.at) if sayable(facts) else []), moved]


def sign_responsibility(
    command: SignResponsibility, plan: Plan, facts: ResponsibilityFacts
) -> Sequence[ResponsibilitySigned]:
    """Return the signature of who answers from now on; nothing where somebody does already."""
    refuse_closed(plan)
    consent = standing_consent(plan)
    today = day_in(facts.time_zone, command.at)
    refuse_unless_answerable(facts.practitioner, plan.clinic_id, today)
    if not plan.moved:
        return []
    return [
        ResponsibilitySigned(
            plan_id=plan.plan_id,
            patient_id=plan.patient_id,
            clinic_id=plan.clinic_id,
            practitioner_id=command.practitioner_id,
            consent_id=consent.consent_id,
            practitioner_signature_digest=command.practitioner_signature_digest,
            signed_at=command.at,
        )
    ]
