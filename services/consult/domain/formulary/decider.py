"""How a chain's formulary decides and changes.

Nothing that was signed is edited or taken back: a later row takes its place, from a day on that is
not over. So what a decision of a past day rested on stays as it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from services.chassis.kernel import DateInvalid, Decider, Fact, Timer, Violation
from services.consult.domain.formulary.chairside import Labs
from services.consult.domain.formulary.commands import (
    ApplyFormulary,
    Command,
    RecheckPlans,
    Signing,
    SignIngredient,
    SignPair,
    SignPolicy,
)
from services.consult.domain.formulary.events import (
    Event,
    FormularyApplied,
    IngredientSigned,
    PairSigned,
    PolicySigned,
)
from services.consult.domain.formulary.facts import ApplicationFacts, Facts, SigningFacts
from services.consult.domain.formulary.model import Changes, Policy, SignedIngredient, SignedPair
from services.consult.domain.formulary.rows import version_on
from services.consult.domain.patient.errors import LabUnknown
from services.consult.domain.plan.errors import IngredientNotFound
from services.consult.domain.practitioner.signing import refuse_unless_licensed

# Each event is heard in one transaction, which re-checks all the plans that it names.
PLANS_PER_EVENT_MOST = 200


def decide(command: Command, state: Changes | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, facts:
        case SignIngredient() | SignPair() | SignPolicy(), SigningFacts():
            refuse_unless_licensed(facts.practitioner, command.at.date())
            return [signing(command, state, facts)]
        case ApplyFormulary() | RecheckPlans(), ApplicationFacts():
            return application(command, state, facts)
        case _:
            raise AssertionError(f"{type(command).__name__} goes with its facts")


def signing(command: Signing, state: Changes | None, facts: SigningFacts) -> Event:
    """Return the signature, or refuse one for a day that is over or of what the files lack."""
    (day, codes), files = stated(command), facts.formulary
    if day < command.at.date():
        raise DateInvalid(effective_from=day.isoformat())
    for code in codes:
        if files.ingredient(code, day) is None:
            raise IngredientNotFound(ingredient_code=code)
    if isinstance(command, SignPolicy):
        refuse_unknown_labs(command.policy, facts.labs)
    event = signature(command)
    version = version_on(files.version, evolve(state, event), day)
    return replace(event, formulary_version=version)


def refuse_unknown_labs(policy: Policy, labs: Labs) -> None:
    """Refuse days for a test that there is none of: the one that was meant would have none."""
    for place, row in enumerate(policy.lab_validities):
        if labs.lab(row.lab_code, policy.effective_from) is None:
            field = f"policy.lab_validities[{place}].lab_code"
            said = f"{row.lab_code} is no laboratory test of the reference data"
            raise LabUnknown(violations=[Violation("LAB", field, said)])


def stated(command: Signing) -> tuple[date, tuple[str, ...]]:
    """Return the first day of what is signed, and the ingredients that it is about."""
    match command:
        case SignIngredient():
            return command.effective_from, (command.terms.ingredient_code,)
        case SignPair():
            pair = (command.terms.ingredient_code, command.terms.other_ingredient_code)
            return command.effective_from, pair
        case SignPolicy():
            return command.policy.effective_from, ()


def signature(command: Signing) -> Event:
    """Return the event of a signature, whose version is worked out with it in force."""
    match command:
        case SignIngredient():
            return IngredientSigned(
                formulary_id=command.formulary_id,
                formulary_version="",
                terms=command.terms,
                effective_from=command.effective_from,
                source_codes=command.source_codes,
                practitioner_id=command.practitioner_id,
                signed_at=command.at,
            )
        case SignPair():
            return PairSigned(
                formulary_id=command.formulary_id,
                formulary_version="",
                terms=command.terms,
                effective_from=command.effective_from,
                source_codes=command.source_codes,
                practitioner_id=command.practitioner_id,
                signed_at=command.at,
            )
        case SignPolicy():
            return PolicySigned(
                formulary_id=command.formulary_id,
                formulary_version="",
                policy=command.policy,
                practitioner_id=command.practitioner_id,
                signed_at=command.at,
            )


def application(
    command: ApplyFormulary | RecheckPlans, state: Changes | None, facts: ApplicationFacts
) -> Sequence[FormularyApplied]:
    """Return which plans are held against what is in force; nothing where a timer finds it done."""
    today = command.at.date()
    version = version_on(facts.file_version, state, today)
    if isinstance(command, ApplyFormulary) and is_applied(state, version, today, facts):
        return []
    most, plan_ids = PLANS_PER_EVENT_MOST, tuple(facts.plan_ids)
    events = [
        FormularyApplied(
            command.formulary_id, version, plan_ids[start : start + most], command.at, None
        )
        for start in range(0, max(len(plan_ids), 1), most)
    ]
    turns = min((day for day in facts.turning_days if day > today), default=None)
    return [*events[:-1], replace(events[-1], next_change_on=turns)]


def is_applied(state: Changes | None, version: str, today: date, facts: ApplicationFacts) -> bool:
    """Tell whether the open plans were held against the rows that are in force today."""
    if state is None or state.applied_on is None or state.applied_version != version:
        return False
    applied_on = state.applied_on
    return not any(applied_on < day <= today for day in facts.turning_days)


def evolve(state: Changes | None, event: Event) -> Changes:
    """Return the state after `event`."""
    before = state or Changes(event.formulary_id, (), (), (), "", None)
    match event:
        case IngredientSigned():
            terms = SignedIngredient(
                event.terms, event.effective_from, event.source_codes, event.practitioner_id
            )
            return replace(before, ingredients=(*before.ingredients, terms))
        case PairSigned():
            pair = SignedPair(
                event.terms, event.effective_from, event.source_codes, event.practitioner_id
            )
            return replace(before, pairs=(*before.pairs, pair))
        case PolicySigned():
            return replace(before, policies=(*before.policies, event.policy))
        case FormularyApplied():
            return replace(
                before,
                applied_version=event.formulary_version,
                applied_on=event.applied_at.date(),
            )


def project(event: Event) -> Sequence[Fact]:
    """Return the timer that applies what was signed, or what the files say, from its first day."""
    match event:
        case IngredientSigned() | PairSigned():
            return [signing_timer(event, event.effective_from)]
        case PolicySigned():
            return [signing_timer(event, event.policy.effective_from)]
        case FormularyApplied(next_change_on=day) if day is not None:
            return [timer(event.formulary_id, f"files:{day.isoformat()}", midnight(day))]
        case _:
            return []


def signing_timer(event: IngredientSigned | PairSigned | PolicySigned, day: date) -> Timer:
    """Return the timer of a signature; signed together for one day, rows are applied together."""
    key = f"{day.isoformat()}:{event.signed_at.isoformat()}"
    return timer(event.formulary_id, key, max(midnight(day), event.signed_at))


def midnight(day: date) -> datetime:
    """Return when a day begins: at midnight UTC, as it does for every rule."""
    return datetime.combine(day, time(), UTC)


def timer(formulary_id: str, key: str, due_at: datetime) -> Timer:
    """Return a timer that holds the open plans against what is in force by then."""
    return Timer(f"formulary:{key}", due_at, "apply_formulary", "formulary", formulary_id)


DECIDER: Decider[Changes, Command, Event, Facts] = Decider(decide, evolve, project)
