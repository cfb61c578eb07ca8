"""The aggregates that others read which they read themselves; what their commands must know of one
another is added beside."""

from services.chassis.handling import Aggregate
from services.consult.domain.consultation import commands as consultation_commands
from services.consult.domain.consultation import events as consultation_events
from services.consult.domain.consultation.decider import DECIDER as CONSULTATION_DECIDER
from services.consult.domain.consultation.decider import Facts as ConsultationFacts
from services.consult.domain.consultation.model import Consultation
from services.consult.domain.following import RecordRepointed, Repoint, following
from services.consult.domain.plan import commands as plan_commands
from services.consult.domain.plan import events as plan_events
from services.consult.domain.plan.decider import DECIDER as PLAN_DECIDER
from services.consult.domain.plan.facts import Facts as PlanFacts
from services.consult.domain.plan.model import Plan
from services.consult.domain.sharing import RecordShared, ShareRecord, sharing

Consultations = Aggregate[
    Consultation,
    consultation_commands.Command | Repoint | ShareRecord,
    consultation_events.Event | RecordRepointed | RecordShared,
    ConsultationFacts,
]
Plans = Aggregate[
    Plan, plan_commands.Command | Repoint, plan_events.Event | RecordRepointed, PlanFacts
]

CONSULTATIONS: Consultations = Aggregate(
    "consultation", sharing(following(CONSULTATION_DECIDER)), Consultation, shape=3
)
PLANS: Plans = Aggregate("plan", following(PLAN_DECIDER), Plan, shape=2)
