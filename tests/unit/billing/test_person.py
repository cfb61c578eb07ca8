"""What is kept of a merged patient follows, however late it comes; an erased one is forgotten."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from services.billing.domain.account.events import AccountClosed, AccountSuspended
from services.billing.domain.invoice.events import InvoiceSuspended, InvoiceVoided
from services.billing.domain.person.commands import (
    Command,
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.billing.domain.person.decider import DECIDER, Kept, project
from services.billing.domain.person.events import (
    Event,
    MergeFollowed,
    PatientForgotten,
    RecordRepointed,
)
from services.billing.domain.person.model import Person, person_id_of
from services.billing.handlers.documents import ACCOUNTS, INVOICES, QUOTES
from services.billing.handlers.person import gather_kept, survivor
from services.chassis.handling import Aggregate, Reader
from services.chassis.kernel import Forget, derived_id
from tests.support.spec import Spec
from tests.unit.billing.examples import ACCOUNT, AT, PATIENT, PLAN, QUOTE, opened, quote
from tests.unit.billing.test_invoice import issued

PERSON = person_id_of(PATIENT)
FOLLOW = FollowMerge(PERSON, PATIENT, "into", AT)
AGAIN = FollowAgain(PERSON, PATIENT, AT)
FORGET = ForgetPatient(PERSON, PATIENT, AT)
EMPTY, KEPT = Kept(), Kept((QUOTE,), (ACCOUNT,))
KNOWN = MergeFollowed(PERSON, PATIENT, "into", (), (), (), AT)
FOUND = MergeFollowed(PERSON, PATIENT, "into", (QUOTE,), (ACCOUNT,), (), AT)
FORGOTTEN = PatientForgotten(PERSON, PATIENT, AT)
ISSUED = issued()


def test_the_id_is_the_one_that_policies_derive() -> None:
    assert person_id_of(PATIENT) == derived_id("person", PATIENT)


# fmt: off
CASES: list[tuple[list[Event], Command, Kept | None, list[Event]]] = [
    # what happened, the command, what is kept, what it leads to
    ([],          FOLLOW, EMPTY, [KNOWN]),
    ([],          FOLLOW, KEPT,  [FOUND]),
    ([KNOWN],     FOLLOW, EMPTY, []),
    ([KNOWN],     FOLLOW, KEPT,  [FOUND]),
    ([],          AGAIN,  KEPT,  []),
    ([KNOWN],     AGAIN,  EMPTY, []),
    ([KNOWN],     AGAIN,  KEPT,  [FOUND]),
    ([FORGOTTEN], AGAIN,  KEPT,  []),
    ([],          FORGET, None,  [FORGOTTEN]),
    ([KNOWN],     FORGET, None,  [FORGOTTEN]),
    ([FORGOTTEN], FORGET, None,  []),
]
# fmt: on


@pytest.mark.parametrize(("history", "command", "kept", "then"), CASES)
def test_a_person(
    history: list[Event], command: Command, kept: Kept | None, then: list[Event]
) -> None:
    assert Spec(DECIDER).given(*history).when(command, kept) == then


def test_who_is_forgotten_loses_their_key() -> None:
    assert project(FORGOTTEN) == [Forget(PATIENT)]
    assert project(KNOWN) == []


@pytest.mark.parametrize("aggregate", [QUOTES, ACCOUNTS, INVOICES], ids=lambda each: each.name)
def test_a_record_that_is_not_there_follows_nobody(
    aggregate: Aggregate[Any, Any, Any, Any],
) -> None:
    assert aggregate.decider.decide(Repoint("record", "into", AT), None, None) == []


def test_an_account_follows_once() -> None:
    state = ACCOUNTS.decider.evolve(None, opened())
    (event,) = ACCOUNTS.decider.decide(Repoint(ACCOUNT, "into", AT), state, None)
    assert event == RecordRepointed(ACCOUNT, "into", PATIENT, AT)
    after = ACCOUNTS.decider.evolve(state, event)
    assert after.patient_id == "into"
    assert ACCOUNTS.decider.decide(Repoint(ACCOUNT, "into", AT), after, None) == []


STOPPED: list[tuple[Aggregate[Any, Any, Any, Any], list[object]]] = [
    (ACCOUNTS, [opened(), AccountSuspended(ACCOUNT, PLAN, PATIENT, AT)]),
    (ACCOUNTS, [opened(), AccountClosed(ACCOUNT, PLAN, PATIENT, AT)]),
    (INVOICES, [ISSUED, InvoiceSuspended("invoice", ACCOUNT, PATIENT, AT)]),
    (INVOICES, [ISSUED, InvoiceVoided("invoice", ACCOUNT, PATIENT, AT)]),
]


@pytest.mark.parametrize(("aggregate", "history"), STOPPED)
def test_what_has_stopped_follows_and_stays_stopped(
    aggregate: Aggregate[Any, Any, Any, Any], history: list[object]
) -> None:
    before: Any = Spec(aggregate.decider).given(*history).state
    (event,) = aggregate.decider.decide(Repoint("record", "into", AT), before, None)
    after = aggregate.decider.evolve(before, event)
    assert after == replace(before, patient_id="into")


class Rows:
    """A reader of a few rows."""

    chain_id = "chain"

    def __init__(self, merges: dict[str, str]) -> None:
        self.persons = {
            person_id_of(each): Person(person_id_of(each), each, into, None)
            for each, into in merges.items()
        }

    async def get(self, aggregate: Aggregate[Any, Any, Any, Any], key: str) -> object:
        return self.persons.get(key)

    async def find(
        self, aggregate: Aggregate[Any, Any, Any, Any], column: str, value: str
    ) -> list[object]:
        assert (column, value) == ("patient_id", PATIENT)
        return [quote()] if aggregate.name == "quote" else []


MERGES = [
    ({}, PATIENT),
    ({PATIENT: "b"}, "b"),
    ({PATIENT: "b", "b": "c"}, "c"),
    # Refused by consult, and no reason to turn for ever.
    ({PATIENT: "b", "b": PATIENT}, "b"),
]


@pytest.mark.parametrize(("merges", "left"), MERGES)
def test_the_record_that_is_left_is_found_over_many_merges(
    merges: dict[str, str], left: str
) -> None:
    reader = cast(Reader, Rows(merges))
    assert asyncio.run(survivor(PATIENT, reader)) == left


def test_all_that_is_kept_is_found() -> None:
    found = asyncio.run(gather_kept(FOLLOW, None, cast(Reader, Rows({}))))
    assert found == Kept((QUOTE,))
