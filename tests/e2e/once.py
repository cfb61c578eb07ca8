"""How often a journey may leave each event behind, counted in the feeds of the four services."""

from deploy.demo.soundness import watched
from tests.support.chains import Chain

# What one journey leaves behind exactly once, whatever happens on the way.
ONCE = {
    "consult": ("PlanProposed", "QuoteAttached", "ConsentSigned", "PlanAccepted"),
    "sessions": (
        "CourseOpened",
        "CourseScheduled",
        "SessionCompleted",
        "OutcomeMeasured",
        "ReactionObserved",
    ),
    "billing": (
        "QuoteIssued",
        "AccountOpened",
        "InvoiceIssued",
        "PaymentReceived",
        "DepositPaid",
        "CreditsGranted",
        "CreditPosted",
        "RevenueRecognised",
    ),
    "safety": ("ExposureRecorded", "CaseOpened", "HoldPlaced", "HoldLifted"),
}
TWICE = {"sessions": ("SessionBooked", "SessionStarted"), "billing": ("CreditReserved",)}


async def miscounted(chain: Chain) -> list[str]:
    """Return the events that are not in the chain's feeds as often as one journey makes them."""
    wanted = {
        f"mesoflow.{service}.v1.{name}": times
        for times, table in ((1, ONCE), (2, TWICE))
        for service, names in table.items()
        for name in names
    }
    types = [event.type for name in ONCE for event in await watched(chain.client, name)]
    return [
        f"{name}: {types.count(name)} instead of {times}"
        for name, times in wanted.items()
        if types.count(name) != times
    ]
