"""Sessions, put together: the only file that knows every room."""

from services.chassis.runtime import Context, Service, main
from services.sessions.api import course, lot, outcome, reaction, session
from services.sessions.clients.safety import Safety
from services.sessions.config import NAME, settings
from services.sessions.events.consumers import HEARINGS
from services.sessions.events.published import CONTRACT
from services.sessions.events.timers import FIRINGS
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.gate import GATE
from services.sessions.handlers.lot import LOT
from services.sessions.handlers.outcome import OUTCOME
from services.sessions.handlers.person import PERSON
from services.sessions.handlers.reaction import REACTION
from services.sessions.handlers.session import SESSION


def build(context: Context) -> Service:
    """Return sessions with its servicers on `context`."""
    api = context.api
    return Service(
        name=NAME,
        contract=CONTRACT,
        aggregates=(LOT, COURSE, SESSION, OUTCOME, REACTION, GATE, PERSON),
        servicers=(
            lot.servicer(api),
            course.servicer(api),
            session.servicer(api, Safety(context.channels["safety"])),
            outcome.servicer(api),
            reaction.servicer(api),
        ),
        hearings=HEARINGS,
        firings=FIRINGS,
    )


def start() -> None:
    """Run sessions as this process, or migrate its store."""
    main(settings(), CONTRACT, build)
