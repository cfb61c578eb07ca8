"""Safety, put together: the only file that knows every room."""

from services.chassis.runtime import Context, Service, main
from services.safety.api import case, clearance, exposure, hold
from services.safety.config import NAME, settings
from services.safety.events.consumers import HEARINGS
from services.safety.events.published import CONTRACT
from services.safety.handlers.case import CASE
from services.safety.handlers.exposure import EXPOSURE
from services.safety.handlers.hold import HOLD
from services.safety.handlers.person import PERSON
from services.safety.store.case import Keeps, newest_cases
from services.safety.store.exposure import latest_exposures
from services.safety.store.hold import Clearances, newest_holds


def build(context: Context) -> Service:
    """Return safety with its servicers on `context`."""
    api, pool = context.api, context.pool
    return Service(
        name=NAME,
        contract=CONTRACT,
        aggregates=(EXPOSURE, CASE, HOLD, PERSON),
        servicers=(
            case.servicer(api, newest_cases(pool), Keeps(pool)),
            hold.servicer(api, newest_holds(pool)),
            clearance.servicer(api.clock, Clearances(pool)),
            exposure.servicer(api, latest_exposures(pool)),
        ),
        hearings=HEARINGS,
    )


def start() -> None:
    """Run safety as this process, or migrate its store."""
    main(settings(), CONTRACT, build)
