"""The aggregates as they are kept; what their commands must know of one another is added beside."""

from services.chassis.handling import Aggregate
from services.sessions.domain.course import commands as course_commands
from services.sessions.domain.course import events as course_events
from services.sessions.domain.course.decider import DECIDER as COURSE_DECIDER
from services.sessions.domain.course.facts import Ground
from services.sessions.domain.course.model import Course
from services.sessions.domain.lot import commands as lot_commands
from services.sessions.domain.lot import events as lot_events
from services.sessions.domain.lot.decider import DECIDER as LOT_DECIDER
from services.sessions.domain.lot.decider import Known
from services.sessions.domain.lot.model import Lot
from services.sessions.domain.outcome import commands as outcome_commands
from services.sessions.domain.outcome import events as outcome_events
from services.sessions.domain.outcome.decider import DECIDER as OUTCOME_DECIDER
from services.sessions.domain.outcome.decider import Belonging
from services.sessions.domain.outcome.model import OutcomeRecord
from services.sessions.domain.person.commands import Repoint
from services.sessions.domain.person.events import RecordRepointed
from services.sessions.domain.person.following import following
from services.sessions.domain.reaction import commands as reaction_commands
from services.sessions.domain.reaction import events as reaction_events
from services.sessions.domain.reaction.decider import DECIDER as REACTION_DECIDER
from services.sessions.domain.reaction.decider import Heard
from services.sessions.domain.reaction.model import Reaction
from services.sessions.domain.session import commands as session_commands
from services.sessions.domain.session import events as session_events
from services.sessions.domain.session.decider import DECIDER as SESSION_DECIDER
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import Session
from services.sessions.domain.sharing import RecordShared, ShareRecord, sharing

Shared = RecordRepointed | RecordShared
CourseEvent = course_events.Event | RecordRepointed
Courses = Aggregate[Course, course_commands.Command | Repoint, CourseEvent, Ground | None]
Lots = Aggregate[Lot, lot_commands.Command | Repoint, lot_events.Event | RecordRepointed, Known]
OutcomeEvent = outcome_events.Event | RecordRepointed
Outcomes = Aggregate[OutcomeRecord, outcome_commands.Command | Repoint, OutcomeEvent, Belonging]
ReactionCommand = reaction_commands.Command | Repoint | ShareRecord
Reactions = Aggregate[Reaction, ReactionCommand, reaction_events.Event | Shared, Heard]
SessionCommand = session_commands.Command | Repoint | ShareRecord
Sessions = Aggregate[Session, SessionCommand, session_events.Event | Shared, Surroundings]

COURSES: Courses = Aggregate("course", following(COURSE_DECIDER), Course, shape=3)
LOTS: Lots = Aggregate("lot", following(LOT_DECIDER, field="for_patient_id"), Lot)
OUTCOMES: Outcomes = Aggregate("outcome", following(OUTCOME_DECIDER), OutcomeRecord)
REACTIONS: Reactions = Aggregate(
    "reaction", sharing(following(REACTION_DECIDER)), Reaction, shape=2, further_only_read=True
)
SESSIONS: Sessions = Aggregate(
    "session", sharing(following(SESSION_DECIDER)), Session, shape=3, further_only_read=True
)
