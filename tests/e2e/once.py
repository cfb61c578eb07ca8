"""How often journeys may leave each event behind, counted in the feeds of the four services."""

from collections import Counter

from deploy.demo.client import NotSeen, eventually
from deploy.demo.soundness import watched
from tests.support.chains import Chain

# What a journey to the first performed session makes.
TREATED = {
    "consult": [
        "PatientRegistered",
        "PlanProposed",
        "QuoteAttached",
        "ConsentSigned",
        "PlanAccepted",
        "ResponseOpened",
    ],
    "sessions": ["CourseOpened", "CourseScheduled", "LotReceived", "SessionCompleted"],
    "billing": [
        "QuoteIssued",
        "AccountOpened",
        "InvoiceIssued",
        "PaymentReceived",
        "DepositPaid",
        "CreditsGranted",
        "CreditPosted",
        "RevenueRecognised",
    ],
    "safety": ["ExposureRecorded"],
}
# What harm, hold and the second session's start add.
HARMED = {
    "consult": ["OutcomeNoted"],
    "sessions": ["OutcomeMeasured", "ReactionObserved", "HoldApplied", "HoldReleased"],
    "safety": ["CaseOpened", "HoldPlaced", "HoldLifted"],
}
EACH_SESSION = {"sessions": ["SessionBooked", "SessionStarted"], "billing": ["CreditReserved"]}


async def miscounted(chain: Chain, treated: int = 1, harmed: int = 1) -> list[str]:
    """Return the events that are not in the chain's feeds as often as its journeys make them.

    Those that a neighbour owes have some seconds to come.
    """

    async def counted() -> list[str]:
        return await _miscounted(chain, treated, harmed)

    try:
        return await eventually(counted, lambda found: not found, "every event, once")
    except NotSeen:
        return await counted()


async def _miscounted(chain: Chain, treated: int, harmed: int) -> list[str]:
    wanted: Counter[str] = Counter()
    times = ((treated, TREATED), (harmed, HARMED), (treated + harmed, EACH_SESSION))
    for number, table in times:
        for service, names in table.items():
            wanted.update({f"mesoflow.{service}.v1.{name}": number for name in names})
    heard = [await watched(chain.client, service) for service in TREATED]
    made = Counter(event.type for events in heard for event in events)
    return [
        f"{name}: {made[name]} instead of {number}"
        for name, number in wanted.items()
        if made[name] != number
    ]
