"""The aggregates as they are kept; what their commands must know of one another is added beside."""

from services.chassis.handling import Aggregate
from services.safety.domain.case import commands as case_commands
from services.safety.domain.case import events as case_events
from services.safety.domain.case.decider import DECIDER as CASE_DECIDER
from services.safety.domain.case.decider import Background
from services.safety.domain.case.model import Case
from services.safety.domain.exposure import commands as exposure_commands
from services.safety.domain.exposure import events as exposure_events
from services.safety.domain.exposure.decider import DECIDER as EXPOSURE_DECIDER
from services.safety.domain.exposure.decider import Matches, Whose
from services.safety.domain.exposure.model import Exposure
from services.safety.domain.hold import commands as hold_commands
from services.safety.domain.hold import events as hold_events
from services.safety.domain.hold.decider import DECIDER as HOLD_DECIDER
from services.safety.domain.hold.decider import Facts
from services.safety.domain.hold.model import Hold
from services.safety.domain.person.commands import Repoint
from services.safety.domain.person.events import RecordRepointed
from services.safety.domain.person.following import following

CaseEvent = case_events.Event | RecordRepointed
Cases = Aggregate[Case, case_commands.Command | Repoint, CaseEvent, Background | None]
Exposures = Aggregate[
    Exposure, exposure_commands.Command, exposure_events.Event, Matches | Whose | None
]
Holds = Aggregate[Hold, hold_commands.Command, hold_events.Event, Facts]

CASES: Cases = Aggregate("case", following(CASE_DECIDER), Case)
EXPOSURES: Exposures = Aggregate("exposure", EXPOSURE_DECIDER, Exposure, shape=2)
HOLDS: Holds = Aggregate("hold", HOLD_DECIDER, Hold)
