"""A merge is followed until nothing is left of the duplicate; an erasure takes the key."""

import pytest

from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.sessions.v1 import events_pb2 as own
from services.chassis.kernel import Forget
from services.sessions.domain.person.commands import (
    Command,
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.sessions.domain.person.decider import DECIDER, Kept, project
from services.sessions.domain.person.events import Event, MergeFollowed, PatientForgotten
from services.sessions.domain.person.model import person_id_of
from tests.support.spec import Spec
from tests.unit.sessions.cases import NOW
from tests.unit.sessions.test_consumers import AT, heard

PERSON = person_id_of("patient-1")
FOLLOW = FollowMerge(PERSON, "patient-1", "patient-2", NOW)
AGAIN = FollowAgain(PERSON, "patient-1", NOW)
FORGET = ForgetPatient(PERSON, "patient-1", NOW)
NOTHING = Kept()
SOME = Kept(("course-1",), ("session-1",), ("outcome-1",), ("reaction-1",), ("lot-1",))
BARE = MergeFollowed(PERSON, "patient-1", "patient-2", (), (), (), (), (), NOW)
FOLLOWED = MergeFollowed(
    *(PERSON, "patient-1", "patient-2", ("course-1",), ("session-1",), ("outcome-1",)),
    *(("reaction-1",), ("lot-1",), NOW),
)
FORGOTTEN = PatientForgotten(PERSON, "patient-1", NOW)


@pytest.mark.parametrize(
    ("history", "command", "kept", "then"),
    [
        ([], FOLLOW, SOME, [FOLLOWED]),
        # What comes late must find the survivor, so the merge is kept with nothing to follow it.
        ([], FOLLOW, NOTHING, [BARE]),
        ([FOLLOWED], FOLLOW, NOTHING, []),
        ([BARE], FOLLOW, SOME, [FOLLOWED]),
        ([FORGOTTEN], FOLLOW, NOTHING, [BARE]),
        ([], AGAIN, SOME, []),
        ([BARE], AGAIN, NOTHING, []),
        ([BARE], AGAIN, SOME, [FOLLOWED]),
        ([FORGOTTEN], AGAIN, SOME, []),
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


def test_a_merged_and_an_erased_patient_are_both_known() -> None:
    state = Spec(DECIDER).given(FOLLOWED, FORGOTTEN).state
    assert state is not None
    assert (state.into_patient_id, state.forgotten_at) == ("patient-2", NOW)


def test_a_merge_is_followed_by_every_record_and_looked_for_again() -> None:
    event = own.MergeFollowed(
        person_id=PERSON,
        patient_id="patient-1",
        into_patient_id="patient-2",
        course_ids=["course-1"],
        session_ids=["session-1", "session-2"],
        outcome_ids=["outcome-1"],
        reaction_ids=["reaction-1"],
        lot_ids=["lot-1"],
    )
    *moves, again, onward = heard(event)
    assert {(each.aggregate.name, each.key) for each in moves} == {
        *(("course", "course-1"), ("session", "session-1"), ("session", "session-2")),
        *(("outcome", "outcome-1"), ("reaction", "reaction-1"), ("lot", "lot-1")),
    }
    assert {each.command for each in moves} == {
        Repoint(each.key, "patient-2", AT) for each in moves
    }
    assert (again.key, again.command) == (PERSON, FollowAgain(PERSON, "patient-1", AT))
    survivor = person_id_of("patient-2")
    assert (onward.key, onward.command) == (survivor, FollowAgain(survivor, "patient-2", AT))


def test_a_merge_and_an_erasure_are_heard() -> None:
    [merged] = heard(consult.PatientMerged(patient_id="patient-1", into_patient_id="patient-2"))
    assert merged.command == FollowMerge(PERSON, "patient-1", "patient-2", AT)
    erased = consult.PatientErased(patient_id="patient-2", merged_patient_ids=["patient-1"])
    assert [each.command for each in heard(erased)] == [
        ForgetPatient(person_id_of(each), each, AT) for each in ("patient-2", "patient-1")
    ]
