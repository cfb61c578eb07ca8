"""What a chain signed on top of the reference data, as an aggregate."""

from datetime import date

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.dating import turning_days
from services.consult.domain.formulary.commands import (
    ApplyFormulary,
    Command,
    RecheckPlans,
    Signing,
    SignIngredient,
    SignPair,
    SignPolicy,
)
from services.consult.domain.formulary.decider import DECIDER
from services.consult.domain.formulary.events import Event
from services.consult.domain.formulary.facts import ApplicationFacts, Facts, SigningFacts
from services.consult.domain.formulary.model import Changes, Policy, formulary_of
from services.consult.domain.formulary.rows import policy_on
from services.consult.handlers.directory import PRACTITIONER
from services.consult.handlers.documents import PLANS
from services.consult.reference.loader import reference


async def gather_signing(command: Signing, state: Changes | None, reader: Reader) -> SigningFacts:
    """Look up who signs."""
    practitioner = await reader.get(PRACTITIONER, command.practitioner_id)
    return SigningFacts(practitioner, reference().formulary, reference().labs)


async def gather_open_plans(
    command: ApplyFormulary | RecheckPlans, state: Changes | None, reader: Reader
) -> ApplicationFacts:
    """Look up the plans that are not over.

    They are not held still: who decides of a plan holds the plan and then this formulary, which is
    held here already. So whatever was decided on the rows of before is stored, and found here.
    """
    held = reference()
    plan_ids = await reader.ids(PLANS, "open_plans", "OPEN")
    return ApplicationFacts(plan_ids, held.formulary.version, turning_days(held.rows))


FORMULARY: Aggregate[Changes, Command, Event, Facts] = Aggregate(
    "formulary",
    DECIDER,
    Changes,
    gathers={
        SignIngredient: gather_signing,
        SignPair: gather_signing,
        SignPolicy: gather_signing,
        ApplyFormulary: gather_open_plans,
        RecheckPlans: gather_open_plans,
    },
)


async def changes_of(reader: Reader) -> Changes | None:
    """Return all that the chain signed, held still; None where it signed nothing yet."""
    return await reader.get(FORMULARY, formulary_of(reader.chain_id))


async def policy_of(reader: Reader, day: date) -> Policy | None:
    """Return the chain's own numbers in force on `day`, held still."""
    return policy_on(await changes_of(reader), day)
