"""A merge is followed until nothing is left of the duplicate; an erasure takes the key."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.kernel import Forget
from services.safety.domain.hold.model import (
    Hold,
    HoldKind,
    HoldReason,
    HoldState,
    HoldSubject,
)
from services.safety.domain.person.commands import (
    Command,
    FollowAgain,
    FollowMerge,
    ForgetPatient,
)
from services.safety.domain.person.decider import DECIDER, Kept, project
from services.safety.domain.person.events import Event, MergeFollowed, PatientForgotten
from services.safety.domain.person.model import Person, person_id_of
from services.safety.handlers.case import gather_report
from services.safety.handlers.exposure import gather_whose
from services.safety.handlers.hold import gather_former, gather_placing
from services.safety.handlers.person import gather_kept, survivor
from tests.support.spec import Spec
from tests.unit.safety.cases import Shelf, exposure, report
from tests.unit.safety.test_exposure import recording
from tests.unit.safety.test_hold import CARRY, LOT, placing

AT = datetime(2026, 3, 5, 8, tzinfo=UTC)
PERSON = person_id_of("patient-1")
FOLLOW = FollowMerge(PERSON, "patient-1", "patient-2", AT)
AGAIN = FollowAgain(PERSON, "patient-1", AT)
FORGET = ForgetPatient(PERSON, "patient-1", AT)
HELD = Kept(hold_ids=("hold-1",))
FOLLOWED = MergeFollowed(PERSON, "patient-1", "patient-2", (), (), ("hold-1",), AT)
BARE = MergeFollowed(PERSON, "patient-1", "patient-2", (), (), (), AT)
LATE = MergeFollowed(PERSON, "patient-1", "patient-2", ("session-1",), ("case-1",), (), AT)
FORGOTTEN = PatientForgotten(PERSON, "patient-1", AT)


@pytest.mark.parametrize(
    ("history", "command", "kept", "then"),
    [
        ([], FOLLOW, HELD, [FOLLOWED]),
        ([], FOLLOW, Kept(), [BARE]),
        # The hold stays on the duplicate as well: carried once, it is not found again.
        ([FOLLOWED], FOLLOW, HELD, []),
        ([FOLLOWED], FOLLOW, Kept(("session-1",), ("case-1",), ("hold-1",)), [LATE]),
        ([BARE], FOLLOW, HELD, [FOLLOWED]),
        ([], AGAIN, HELD, []),
        ([FOLLOWED], AGAIN, HELD, []),
        ([BARE], AGAIN, HELD, [FOLLOWED]),
        ([FORGOTTEN], AGAIN, HELD, []),
        ([], FORGET, None, [FORGOTTEN]),
        ([FOLLOWED], FORGET, None, [FORGOTTEN]),
        ([FORGOTTEN], FORGET, None, []),
    ],
)
def test_what_became_of_a_patient_is_followed_once(
    history: list[Event], command: Command, kept: Kept | None, then: list[Event]
) -> None:
    assert Spec(DECIDER).given(*history).when(command, kept) == then


def test_only_an_erasure_destroys_the_key() -> None:
    assert project(FORGOTTEN) == [Forget("patient-1")]
    assert project(FOLLOWED) == []


def merged(patient_id: str, into: str) -> Person:
    """Return what is known of a merged patient."""
    return Person(person_id_of(patient_id), patient_id, into, (), None)


def hold(hold_id: str, kind: HoldKind, state: HoldState = HoldState.ACTIVE) -> Hold:
    """Return a hold on whatever is called patient-1."""
    subject = HoldSubject(kind, "patient-1")
    return Hold(hold_id, state, subject, False, None, HoldReason.ALLERGY, None, AT)


@pytest.mark.parametrize(
    ("patient_id", "found"),
    [("patient-1", "patient-3"), ("patient-2", "patient-3"), ("patient-3", "patient-3")],
)
async def test_a_merge_of_a_merge_leads_to_the_last(patient_id: str, found: str) -> None:
    shelf = Shelf(merged("patient-1", "patient-2"), merged("patient-2", "patient-3"))
    assert await survivor(patient_id, shelf) == found


async def test_a_circle_that_should_not_be_ends() -> None:
    shelf = Shelf(merged("patient-1", "patient-2"), merged("patient-2", "patient-1"))
    assert await survivor("patient-1", shelf) in {"patient-1", "patient-2"}


async def test_what_is_kept_is_found_of_holds_only_those_that_hold_the_patient() -> None:
    shelf = Shelf(
        exposure(timedelta(days=1)),
        hold("hold-1", HoldKind.PATIENT),
        hold("hold-2", HoldKind.PATIENT, HoldState.LIFTED),
        hold("hold-3", HoldKind.LOT),
    )
    found = await gather_kept(FOLLOW, None, shelf)
    assert found == Kept(exposure_session_ids=("session-1",), hold_ids=("hold-1",))


async def test_what_names_the_duplicate_is_the_survivors() -> None:
    shelf = Shelf(merged("patient-1", "patient-2"), hold("hold-1", HoldKind.PATIENT))
    subject = HoldSubject(HoldKind.PATIENT, "patient-1")
    assert (await gather_whose(recording("lot-1"), None, shelf)).patient_id == "patient-2"
    assert (await gather_report(report(), None, shelf)).patient_id == "patient-2"
    placed = await gather_placing(placing(subject), None, shelf)
    assert placed.subject == HoldSubject(HoldKind.PATIENT, "patient-2")
    assert (await gather_placing(placing(LOT), None, shelf)).subject == LOT
    former = (await gather_former(CARRY, None, shelf)).hold
    assert former is not None
    assert former.hold_id == "hold-1"
