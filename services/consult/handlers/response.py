"""A plan's response as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.following import RecordRepointed, Repoint, following
from services.consult.domain.response.commands import (
    AssessResponse,
    Command,
    CountSession,
    KeepToPlan,
    NoteOutcome,
    ReviewResponse,
)
from services.consult.domain.response.decider import DECIDER
from services.consult.domain.response.events import Event
from services.consult.domain.response.facts import Facts, FollowedPlan
from services.consult.domain.response.model import Response
from services.consult.handlers.plan import PLAN
from services.consult.reference.loader import reference


async def gather_named(
    command: CountSession | NoteOutcome | KeepToPlan, state: Response | None, reader: Reader
) -> Facts:
    """Look up the plan that the command names."""
    return await facts_of(command.plan_id, reader)


async def gather_own(
    command: ReviewResponse | AssessResponse, state: Response | None, reader: Reader
) -> Facts:
    """Look up the plan that the response is of."""
    return await facts_of(state.plan_id if state is not None else None, reader)


async def facts_of(plan_id: str | None, reader: Reader) -> Facts:
    """Return what is known of the plan, and the rules."""
    rules = reference().response_rules
    if plan_id is None or (plan := await reader.get(PLAN, plan_id)) is None:
        return Facts(None, rules)
    followed = FollowedPlan(
        patient_id=plan.patient_id,
        clinic_id=plan.clinic_id,
        protocol_code=plan.protocol.protocol_code,
        # A plan without maintenance is induction as a whole.
        induction_sessions=plan.induction_sessions or len(plan.protocol.windows),
    )
    return Facts(followed, rules)


RESPONSE: Aggregate[Response, Command | Repoint, Event | RecordRepointed, Facts] = Aggregate(
    "response",
    following(DECIDER),
    Response,
    gathers={
        CountSession: gather_named,
        NoteOutcome: gather_named,
        KeepToPlan: gather_named,
        ReviewResponse: gather_own,
        AssessResponse: gather_own,
    },
)
