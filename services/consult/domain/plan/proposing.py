"""How a plan is proposed, new or half used elsewhere: through the same gates."""

from datetime import date

from services.chassis.kernel import Violation
from services.consult.domain.cocktail.checks import checks, refuse_failed
from services.consult.domain.plan.commands import AmendPlan, ImportPlan, ProposePlan
from services.consult.domain.plan.eligibility import permitted, refuse_unless_answerable, today_at
from services.consult.domain.plan.errors import ScheduleInvalid, TherapyUnknown
from services.consult.domain.plan.events import PlanProposed
from services.consult.domain.plan.facts import ProposalFacts
from services.consult.domain.plan.model import PlanImport
from services.consult.domain.plan.schedule import ScheduleWish, laid_out, resumes_on


def propose(command: ProposePlan | ImportPlan, facts: ProposalFacts) -> PlanProposed:
    """Return the proposal, or refuse one that this patient may not be given here today."""
    imported = command.imported if isinstance(command, ImportPlan) else None
    ground, assessment = permitted(facts.around, command.at)
    today = today_at(facts.around, command.at)
    refuse_unless_answerable(facts.practitioner, command.clinic_id, today)
    refuse_unknown_therapies(command.supplementary_therapy_codes, facts.therapy_codes)
    wish = wished(command, imported.sessions_performed if imported else 0)
    layout = laid_out(facts.schedules, wish, ground.day)
    if imported:
        refuse_impossible(imported, len(layout.protocol.windows), today)
    refuse_failed(checks(command.cocktail, command.topical_anaesthetic, ground))
    return PlanProposed(
        plan_id=command.plan_id,
        patient_id=command.patient_id,
        consultation_id=command.consultation_id,
        clinic_id=command.clinic_id,
        practitioner_id=command.practitioner_id,
        goals=command.goals,
        cocktail=command.cocktail,
        protocol=layout.protocol,
        formulary_version=ground.formulary.version,
        suitability_rules_version=assessment.rules_version,
        proposed_at=command.at,
        induction_sessions=layout.induction_sessions,
        maintenance_protocol_code=layout.maintenance_protocol_code,
        maintenance_version=layout.maintenance_version,
        deviation_reason=layout.deviation_reason,
        supplementary_therapy_codes=command.supplementary_therapy_codes,
        topical_anaesthetic=command.topical_anaesthetic,
        jurisdiction_code=ground.jurisdiction_code,
        sessions_12_months=layout.sessions_12_months,
        sessions_24_months=layout.sessions_24_months,
        imported=imported,
        resumes_on=resumes_on(facts.schedules, wish, ground.day, imported.last_performed_on)
        if imported
        else None,
    )


def wished(command: ProposePlan | ImportPlan | AmendPlan, performed: int = 0) -> ScheduleWish:
    """Return what `command` asks for of the schedule."""
    return ScheduleWish(
        protocol_code=command.protocol_code,
        maintenance_protocol_code=command.maintenance_protocol_code,
        maintenance_sessions=command.maintenance_sessions,
        offset_weeks=command.offset_weeks,
        deviation_reason=command.deviation_reason,
        performed=performed,
    )


def refuse_unknown_therapies(codes: tuple[str, ...], known: frozenset[str]) -> None:
    """Refuse therapies beside the sessions that the reference data does not know."""
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise TherapyUnknown(therapy_codes=",".join(unknown))


def refuse_impossible(imported: PlanImport, sessions_left: int, today: date) -> None:
    """Refuse a course that cannot have come to where it is said to stand."""
    faults = []
    if imported.last_performed_on > today:
        said = f"{imported.last_performed_on} is yet to come"
        faults.append(Violation("LAST_PERFORMED_ON", imported.external_reference_code, said))
    if imported.prepaid_sessions > sessions_left:
        said = f"{imported.prepaid_sessions} are prepaid, and {sessions_left} are left"
        faults.append(Violation("PREPAID_SESSIONS", imported.external_reference_code, said))
    if bool(imported.prepaid_sessions) != (imported.prepaid_amount is not None):
        said = "sessions are prepaid with an amount, and an amount is for sessions"
        faults.append(Violation("PREPAID_AMOUNT", imported.external_reference_code, said))
    if faults:
        raise ScheduleInvalid(violations=faults)
