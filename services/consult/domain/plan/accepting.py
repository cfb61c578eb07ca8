"""How a plan is accepted: priced, signed, suitable, and through every gate once more."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from services.chassis.kernel import Violation
from services.consult.domain.cocktail.checks import checks, refuse_failed
from services.consult.domain.formulary.chairside import CoolingOffs
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import Policy
from services.consult.domain.formulary.reference import places
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import AcceptPlan
from services.consult.domain.plan.consenting import standing_consent
from services.consult.domain.plan.eligibility import permitted
from services.consult.domain.plan.events import PlanAccepted
from services.consult.domain.plan.facts import AcceptanceFacts
from services.consult.domain.plan.model import Plan, PlanState
from services.consult.domain.plan.standing import quoted, refuse_closed, refuse_flagged
from services.consult.domain.practitioner.errors import ResponsiblePractitionerRequired


def accept(command: AcceptPlan, plan: Plan, facts: AcceptanceFacts) -> PlanAccepted:
    """Return the acceptance, or refuse what lacks price, consent, suitability or a gate today."""
    refuse_closed(plan)
    if plan.state is PlanState.ACCEPTED:
        raise errors.PlanAlreadyAccepted
    refuse_flagged(plan)
    quote, consent = quoted(plan), standing_consent(plan)
    if plan.moved:
        raise ResponsiblePractitionerRequired(clinic_id=plan.clinic_id)
    if command.at >= quote.valid_until:
        raise errors.QuoteExpired(valid_until=quote.valid_until.isoformat())
    ground, _ = permitted(facts.around, command.at)
    refuse_failed(checks(plan.cocktail, plan.topical_anaesthetic, ground))
    days = cooling_off_days(facts.cooling_offs, ground.policy, ground.jurisdiction_code)
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
        earliest_session_at=earliest_session(consent.signed_at, days, plan.resumes_on),
        terms_version=plan.terms_version,
        first_time=not plan.times_accepted,
        imported=plan.imported,
    )


def cooling_off_days(law: CoolingOffs, policy: Policy | None, jurisdiction_code: str) -> int:
    """Return the days to think it over, the longer of law and chain; refuse where neither says.

    DOMAIN 8: no text that was read gives a number for adults, so the chain has to.
    """
    stated = [
        *stated_for(jurisdiction_code, {row.jurisdiction_code: row.days for row in law.rows}),
        *stated_for(
            jurisdiction_code,
            {row.jurisdiction_code: row.days for row in (policy.cooling_offs if policy else ())},
        ),
    ]
    if not stated:
        said = f"no days are stated for {jurisdiction_code}"
        raise PolicyMissing(violations=[Violation("POLICY", "cooling_offs", said)])
    return max(stated)


def stated_for(jurisdiction_code: str, days: Mapping[str, int | None]) -> Sequence[int]:
    """Return the days of the nearest place that has a row, if that row gives any."""
    nearest = next((days[code] for code in places(jurisdiction_code) if code in days), None)
    return [] if nearest is None else [nearest]


def earliest_session(signed_at: datetime, days: int, resumes_on: date | None) -> datetime:
    """Return when the first session may begin; the rest of a course also waits for its day."""
    thought_over = signed_at + timedelta(days=days)
    if resumes_on is None:
        return thought_over
    return max(thought_over, datetime.combine(resumes_on, time(), UTC))
