"""A chain signs on top of the files: by whom, for which day, of what, and what then follows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.chassis.kernel import DateInvalid, DomainError, Timer
from services.consult.domain.formulary.commands import (
    ApplyFormulary,
    RecheckPlans,
    Signing,
    SignIngredient,
    SignPair,
    SignPolicy,
)
from services.consult.domain.formulary.decider import DECIDER, PLANS_PER_EVENT_MOST
from services.consult.domain.formulary.events import (
    Event,
    FormularyApplied,
    IngredientSigned,
    PairSigned,
    PolicySigned,
)
from services.consult.domain.formulary.model import LabValidity
from services.consult.domain.patient.errors import LabUnknown
from services.consult.domain.plan.errors import IngredientNotFound
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Profession
from tests.support.spec import Spec
from tests.unit.consult.samples import DOCTOR, NOW, TODAY, doctor
from tests.unit.consult.signing import (
    FILES,
    FORMULARY,
    SOURCES,
    application_facts,
    pair,
    policy,
    sign_ingredient,
    sign_pair,
    sign_policy,
    signing_facts,
    terms,
)

spec = Spec(DECIDER)
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
LATER = TODAY + timedelta(days=5)
every_signing = pytest.mark.parametrize(
    "command", [sign_ingredient(), sign_pair(), sign_policy()], ids=lambda c: type(c).__name__
)


def on(command: Signing, day: date) -> Signing:
    """Return `command` with another first day."""
    if isinstance(command, SignPolicy):
        return replace(command, policy=policy(effective_from=day))
    return replace(command, effective_from=day)


def signed(command: Signing, *history: Event) -> Event:
    """Return what comes of a signature."""
    [event] = spec.given(*history).when(command, signing_facts())
    return event


def test_a_signature_says_what_was_signed_by_whom_and_as_which_version() -> None:
    first = f"{FILES.version}+1"
    by = {"practitioner_id": DOCTOR, "signed_at": NOW}
    dated: dict[str, Any] = {"effective_from": TODAY, "source_codes": SOURCES, **by}
    assert signed(sign_ingredient()) == IngredientSigned(FORMULARY, first, terms(), **dated)
    assert signed(sign_pair()) == PairSigned(FORMULARY, first, pair(), **dated)
    assert signed(sign_policy()) == PolicySigned(FORMULARY, first, policy(), DOCTOR, NOW)


@every_signing
def test_a_lapsed_licence_signs_nothing(command: Signing) -> None:
    assert spec.when(command, signing_facts(until=TODAY))
    with pytest.raises(LicenceLapsed):
        spec.when(command, signing_facts(until=YESTERDAY))
    with pytest.raises(LicenceLapsed):
        spec.when(command, replace(signing_facts(), practitioner=None))


def test_who_leads_need_not_be_a_physician() -> None:
    nurse = replace(signing_facts(), practitioner=doctor(Profession.NURSE))
    assert spec.when(sign_policy(), nurse)


@every_signing
def test_a_row_may_begin_today_or_later_and_never_on_a_day_that_is_over(command: Signing) -> None:
    for day in (TODAY, TOMORROW):
        assert spec.when(on(command, day), signing_facts())
    with pytest.raises(DateInvalid) as refused:
        signed(on(command, YESTERDAY))
    assert refused.value.metadata == {"effective_from": YESTERDAY.isoformat()}


@pytest.mark.parametrize(
    "command",
    [
        sign_ingredient(terms=terms("moon_dust")),
        sign_pair(terms=pair("moon_dust", "biotin")),
        sign_pair(terms=pair("biotin", "moon_dust")),
    ],
    ids=["ingredient", "one", "other"],
)
def test_only_what_the_files_have_is_signed(command: SignIngredient | SignPair) -> None:
    with pytest.raises(IngredientNotFound) as refused:
        signed(command)
    assert refused.value.metadata == {"ingredient_code": "moon_dust"}


def test_nothing_that_was_signed_is_taken_back() -> None:
    history = [
        signed(sign_ingredient()),
        signed(sign_ingredient(terms=terms(most=300))),
        signed(sign_pair()),
        signed(sign_policy()),
    ]
    state = spec.given(*history).state
    assert state is not None
    assert [row.terms.limits[0].max_dose_micrograms for row in state.ingredients] == [400, 300]
    assert (len(state.pairs), len(state.policies)) == (1, 1)
    assert state.ingredients[0].practitioner_id == DOCTOR


def test_each_row_is_a_version_of_its_own() -> None:
    first = signed(sign_policy())
    second = signed(sign_pair(), first)
    later = signed(on(sign_ingredient(), TOMORROW), first, second)
    between = signed(sign_ingredient(), first, second, later)
    versions = [each.formulary_version for each in (first, second, later, between)]
    assert versions == [f"{FILES.version}+{number}" for number in (1, 2, 3, 3)]


@every_signing
def test_a_row_is_applied_on_its_first_day(command: Signing) -> None:
    begins = datetime.combine(TOMORROW, datetime.min.time(), UTC)
    assert [fact.due_at for fact in timers(signed(on(command, TOMORROW)))] == [begins]
    assert [fact.due_at for fact in timers(signed(on(command, TODAY)))] == [NOW]


def test_rows_of_several_days_have_a_timer_each() -> None:
    events = [signed(sign_policy()), signed(on(sign_policy(), TOMORROW)), signed(sign_pair(at=NOW))]
    keys = [fact.key for event in events for fact in timers(event)]
    assert len(set(keys)) == 2, "those that begin together are applied together"


def timers(event: Event) -> list[Timer]:
    """Return the timers that follow from `event`."""
    assert DECIDER.project is not None
    facts = [fact for fact in DECIDER.project(event) if isinstance(fact, Timer)]
    assert all(
        (fact.command, fact.aggregate_id) == ("apply_formulary", FORMULARY) for fact in facts
    )
    return facts


APPLY = ApplyFormulary(FORMULARY, NOW)
RECHECK = RecheckPlans(FORMULARY, NOW)


def test_what_comes_into_force_is_held_against_the_open_plans() -> None:
    history = [signed(sign_policy()), signed(on(sign_pair(), TOMORROW))]
    version = f"{FILES.version}+1"
    said = spec.given(*history).when(APPLY, application_facts("plan-1", "plan-2"))
    assert said == [FormularyApplied(FORMULARY, version, ("plan-1", "plan-2"), NOW, None)]


def test_a_timer_that_finds_its_work_done_does_nothing() -> None:
    history: list[Event] = [signed(sign_policy())]
    history += spec.given(*history).when(APPLY, application_facts("plan-1"))
    assert spec.given(*history).when(APPLY, application_facts("plan-1", "plan-2")) == []
    history.append(signed(sign_pair(), *history))
    assert spec.given(*history).when(APPLY, application_facts("plan-1"))


def test_a_person_has_it_done_as_often_as_they_like() -> None:
    history: list[Event] = spec.when(RECHECK, application_facts("plan-1"))
    assert history == [FormularyApplied(FORMULARY, FILES.version, ("plan-1",), NOW, None)]
    assert spec.given(*history).when(RECHECK, application_facts("plan-1")) == history


def test_new_files_are_new_to_a_timer_too() -> None:
    history = spec.when(RECHECK, application_facts())
    newer = replace(application_facts(), file_version="2027-01")
    assert spec.given(*history).when(APPLY, newer) == [
        FormularyApplied(FORMULARY, "2027-01", (), NOW, None)
    ]


@pytest.mark.parametrize("number", [0, 1, PLANS_PER_EVENT_MOST, PLANS_PER_EVENT_MOST + 1, 401])
def test_many_plans_are_named_in_many_events(number: int) -> None:
    plan_ids = tuple(f"plan-{each}" for each in range(number))
    events = spec.when(RECHECK, application_facts(*plan_ids))
    named = [event.plan_ids for event in events if isinstance(event, FormularyApplied)]
    assert sum(named, ()) == plan_ids
    assert max(map(len, named)) <= PLANS_PER_EVENT_MOST
    assert all(named) or number == 0


def test_what_the_files_begin_or_end_is_applied_on_its_day() -> None:
    turning = replace(application_facts("plan-1"), turning_days=(TODAY, TOMORROW, LATER))
    [first] = spec.when(RECHECK, turning)
    [timer] = timers(first)
    assert timer.due_at == datetime.combine(TOMORROW, datetime.min.time(), UTC)
    once = spec.given(first)
    assert once.when(replace(APPLY, at=NOW + timedelta(hours=1)), turning) == []
    [second] = once.when(replace(APPLY, at=timer.due_at), turning)
    assert second == FormularyApplied(FORMULARY, FILES.version, ("plan-1",), timer.due_at, LATER)
    [last] = spec.given(first, second).when(replace(APPLY, at=NOW + timedelta(days=9)), turning)
    assert timers(last) == []


def test_of_many_events_one_sets_the_timer() -> None:
    many = tuple(f"plan-{each}" for each in range(2 * PLANS_PER_EVENT_MOST))
    turning = replace(application_facts(*many), turning_days=(TOMORROW,))
    events = spec.when(RECHECK, turning)
    assert [len(timers(event)) for event in events] == [0, 1]


def test_files_that_do_not_change_set_no_timer() -> None:
    [event] = spec.when(RECHECK, application_facts())
    assert timers(event) == []


def test_a_command_without_its_facts_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        spec.when(APPLY, None)
    assert not issubclass(AssertionError, DomainError)


@pytest.mark.parametrize(
    ("codes", "field"),
    [
        ((), ""),
        (("PSA", "PREGNANCY_TEST"), ""),
        (("PSA", "PREGNANCYTEST"), "policy.lab_validities[1].lab_code"),
    ],
)
def test_days_are_signed_for_tests_that_there_are(codes: tuple[str, ...], field: str) -> None:
    numbers = policy(lab_validities=tuple(LabValidity(code, 30) for code in codes))
    command = sign_policy(policy=numbers)
    if not field:
        assert spec.when(command, signing_facts())
        return
    with pytest.raises(LabUnknown) as refused:
        spec.when(command, signing_facts())
    assert [each.subject for each in refused.value.violations] == [field]
