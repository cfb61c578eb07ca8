"""How what a plan says is changed: through the gates of a new one, and never under a signature."""

from collections.abc import Sequence

from services.consult.domain.cocktail.checks import Ground, checks, refuse_failed
from services.consult.domain.consultation.model import Assessment
from services.consult.domain.plan.commands import AmendPlan
from services.consult.domain.plan.consenting import voided
from services.consult.domain.plan.eligibility import permitted, refuse_unless_answerable, today_at
from services.consult.domain.plan.events import Event, PlanAmended
from services.consult.domain.plan.facts import ProposalFacts
from services.consult.domain.plan.model import Plan, TopicalAnaesthetic
from services.consult.domain.plan.proposing import refuse_unknown_therapies, wished
from services.consult.domain.plan.schedule import LaidOut, ScheduleWish, laid_out, refused
from services.consult.domain.plan.standing import quoted, refuse_closed


def amend(command: AmendPlan, plan: Plan, facts: ProposalFacts) -> Sequence[Event]:
    """Return the change, behind the end of a consent that stood.

    Whoever changes the plan answers for it. A plan without a price waits for it: the quote that
    is on its way would otherwise be taken for that of the changed terms.
    """
    refuse_closed(plan)
    quoted(plan)
    ground, assessment = permitted(facts.around, command.at)
    refuse_unless_answerable(facts.practitioner, plan.clinic_id, today_at(facts.around, command.at))
    refuse_unknown_therapies(command.supplementary_therapy_codes, facts.therapy_codes)
    layout = changed_layout(command, plan, facts)
    changed = amended(command, plan, layout, ground, assessment)
    refuse_failed(checks(changed.cocktail, changed.topical_anaesthetic, ground))
    return [*voided(plan, command.at), changed]


def amended(
    command: AmendPlan, plan: Plan, layout: LaidOut, ground: Ground, assessment: Assessment
) -> PlanAmended:
    """Return what the plan says from now on; what the command leaves out stays."""
    return PlanAmended(
        plan_id=plan.plan_id,
        patient_id=plan.patient_id,
        consultation_id=plan.consultation_id,
        clinic_id=plan.clinic_id,
        practitioner_id=command.practitioner_id,
        reason=command.reason,
        goals=command.goals or plan.goals,
        cocktail=command.cocktail or plan.cocktail,
        protocol=layout.protocol,
        induction_sessions=layout.induction_sessions,
        maintenance_protocol_code=layout.maintenance_protocol_code,
        maintenance_version=layout.maintenance_version,
        deviation_reason=layout.deviation_reason,
        supplementary_therapy_codes=changed_therapies(command, plan),
        topical_anaesthetic=changed_anaesthetic(command, plan),
        formulary_version=ground.formulary.version,
        suitability_rules_version=assessment.rules_version,
        terms_version=plan.version + len(voided(plan, command.at)) + 1,
        amended_quote_id=plan.quote.quote_id if plan.quote else None,
        sessions_12_months=layout.sessions_12_months,
        sessions_24_months=layout.sessions_24_months,
        amended_at=command.at,
        jurisdiction_code=ground.jurisdiction_code,
    )


def changed_therapies(command: AmendPlan, plan: Plan) -> tuple[str, ...]:
    """Return the therapies beside the sessions from now on."""
    if command.without_supplementary_therapies:
        return ()
    return command.supplementary_therapy_codes or plan.supplementary_therapy_codes


def changed_anaesthetic(command: AmendPlan, plan: Plan) -> TopicalAnaesthetic | None:
    """Return the numbing cream from now on."""
    if command.without_topical_anaesthetic:
        return None
    return command.topical_anaesthetic or plan.topical_anaesthetic


def changed_layout(command: AmendPlan, plan: Plan, facts: ProposalFacts) -> LaidOut:
    """Return the sessions from now on: those of the plan where no protocol is named."""
    wish = wished(command)
    if wish.protocol_code:
        assert facts.around.ground is not None, "the gates are passed before the schedule"
        return laid_out(facts.schedules, wish, facts.around.ground.day)
    if wish != ScheduleWish(protocol_code=""):
        raise refused("PROTOCOL", "", "a schedule is changed by naming its protocol again")
    return LaidOut(
        protocol=plan.protocol,
        induction_sessions=plan.induction_sessions,
        maintenance_protocol_code=plan.maintenance_protocol_code,
        maintenance_version=plan.maintenance_version,
        deviation_reason=plan.deviation_reason,
        sessions_12_months=plan.sessions_12_months,
        sessions_24_months=plan.sessions_24_months,
    )
