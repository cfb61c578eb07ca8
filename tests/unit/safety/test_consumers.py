"""Policies: from what sessions says to what safety owes itself."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from mesoflow.clinical.v1 import reaction_pb2, scalp_pb2
from mesoflow.consult.v1 import events_pb2 as consult_events
from mesoflow.safety.v1 import events_pb2 as own
from mesoflow.sessions.v1 import events_pb2 as sessions_events
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.safety.domain.case.commands import LinkExposures, OpenCase
from services.safety.domain.case.model import ReactionTerm, SeriousnessCriterion
from services.safety.domain.exposure.commands import (
    MatchCases,
    RecordExposure,
    RepointExposure,
)
from services.safety.domain.hold.commands import CarryHold
from services.safety.domain.person.commands import (
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.safety.domain.person.model import person_id_of
from services.safety.events.consumers import HEARINGS
from services.safety.handlers.case import CASE
from services.safety.handlers.exposure import EXPOSURE
from services.safety.handlers.person import PERSON

ENDED = datetime(2026, 3, 1, 10, tzinfo=UTC)
RECORDED = ENDED + timedelta(minutes=1)
IDS = {
    name: f"0198c0de-0000-7000-8000-00000000000{n}"
    for n, name in enumerate(
        ("session_id", "patient_id", "clinic_id", "room_id", "practitioner_id"), 1
    )
}
GIVEN = [
    scalp_pb2.Injection(lot_id="lot-2", points=10),
    scalp_pb2.Injection(lot_id="lot-1", points=20),
    scalp_pb2.Injection(lot_id="lot-2", points=30),
]
CONSULT, HEARING, OWN = HEARINGS


def owed(event: Message, hearing: Hearing = HEARING) -> list[Owed]:
    """Return what safety owes for `event`, as the inbox asks for it."""
    delivery = Delivery(
        event_id="0198c0de-0000-7000-8000-0000000000ff",
        chain_id="0198c0de-0000-7000-8000-0000000000aa",
        aggregate_id=IDS["session_id"],
        version=1,
        type=event.DESCRIPTOR.full_name,
        body=event.SerializeToString(),
        traceparent=None,
        occurred_at=RECORDED,
    )
    return [one for one in hearing.owed(delivery) if isinstance(one, Owed)]


def stamp(at: datetime) -> Timestamp:
    """Return `at` as the wire has it."""
    made = Timestamp()
    made.FromDatetime(at)
    return made


def ended(kind: type[Message], field: str, **more: object) -> Message:
    """Return the end of a session that gave GIVEN."""
    said: dict[str, object] = {"administrations": GIVEN, field: stamp(ENDED)} | IDS | more
    message: Message = kind(**said)
    return message


def test_a_performed_session_is_an_exposure() -> None:
    event = ended(sessions_events.SessionCompleted, "completed_at", device_head_id="HEAD-7")
    command = RecordExposure(
        device_head_id="HEAD-7",
        lot_ids=("lot-2", "lot-1", "lot-2"),
        administered_at=ENDED,
        **IDS,
    )
    assert owed(event) == [Owed(EXPOSURE, IDS["session_id"], command)]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (sessions_events.SessionAborted, "aborted_at"),
        (sessions_events.SessionInterrupted, "interrupted_at"),
    ],
)
@pytest.mark.parametrize("device", [{}, {"device_head_id": "HEAD-7"}])
def test_what_was_injected_before_the_end_is_an_exposure_all_the_same(
    kind: type[Message], field: str, device: dict[str, str]
) -> None:
    [one] = owed(ended(kind, field, **device))
    assert isinstance(one.command, RecordExposure)
    assert one.command.administered_at == ENDED
    assert one.command.device_head_id == device.get("device_head_id")
    assert set(one.command.lot_ids) == {"lot-1", "lot-2"}


def test_a_session_that_gave_nothing_is_no_exposure() -> None:
    assert owed(ended(sessions_events.SessionAborted, "aborted_at", administrations=())) == []


def reaction(
    session_id: str | None = None, first_aware_at: Timestamp | None = None
) -> sessions_events.ReactionObserved:
    """Return a reported reaction."""
    return sessions_events.ReactionObserved(
        reaction_id="0198c0de-0000-7000-8000-000000000009",
        patient_id=IDS["patient_id"],
        session_id=session_id,
        clinic_id=IDS["clinic_id"],
        term=reaction_pb2.REACTION_TERM_ANAPHYLACTIC_REACTION,
        severity_grade=4,
        criteria=[reaction_pb2.SERIOUSNESS_CRITERION_LIFE_THREATENING],
        onset_at=stamp(ENDED),
        first_aware_at=first_aware_at,
    )


def test_a_reported_reaction_opens_a_case() -> None:
    [one] = owed(reaction(session_id=IDS["session_id"], first_aware_at=stamp(ENDED)))
    assert one.aggregate is CASE
    assert one.command == OpenCase(
        case_id=one.key,
        reaction_id="0198c0de-0000-7000-8000-000000000009",
        patient_id=IDS["patient_id"],
        session_id=IDS["session_id"],
        clinic_id=IDS["clinic_id"],
        term=ReactionTerm.ANAPHYLACTIC_REACTION,
        severity_grade=4,
        criteria=(SeriousnessCriterion.LIFE_THREATENING,),
        onset_at=ENDED,
        first_aware_at=ENDED,
        at=RECORDED,
    )


def test_a_report_that_names_no_session_and_no_awareness_opens_one_too() -> None:
    [one] = owed(reaction())
    assert isinstance(one.command, OpenCase)
    assert (one.command.session_id, one.command.first_aware_at) == (None, None)


def test_the_same_reaction_is_the_same_case() -> None:
    assert owed(reaction())[0].key == owed(reaction(session_id=IDS["session_id"]))[0].key


def test_one_durable_hears_all_of_sessions() -> None:
    assert HEARING.durable == "safety-on-sessions"
    assert HEARING.subjects == [
        "mesoflow.*.sessions.v1.reaction.reaction_observed",
        "mesoflow.*.sessions.v1.session.session_aborted",
        "mesoflow.*.sessions.v1.session.session_completed",
        "mesoflow.*.sessions.v1.session.session_interrupted",
    ]


def test_a_recorded_exposure_looks_for_the_cases_that_were_open_before() -> None:
    session_id = IDS["session_id"]
    [one] = owed(own.ExposureRecorded(session_id=session_id), OWN)
    assert one == Owed(EXPOSURE, session_id, MatchCases(session_id, RECORDED))
    assert owed(own.ExposureRepointed(session_id=session_id), OWN) == [one]


def test_every_case_that_was_found_links_and_so_does_one_that_has_just_opened() -> None:
    found = owed(own.ExposureMatched(case_ids=["case-1", "case-2"]), OWN)
    assert found == [
        Owed(CASE, each, LinkExposures(each, RECORDED)) for each in ("case-1", "case-2")
    ]
    assert owed(own.CaseOpened(case_id="case-1"), OWN) == found[:1]
    assert owed(own.RecordRepointed(record_id="case-1"), OWN) == found[:1]


PERSON_1 = person_id_of("patient-1")
FOLLOW = FollowMerge(PERSON_1, "patient-1", "patient-2", RECORDED)


def test_a_merge_is_followed_holds_first_and_looked_for_again() -> None:
    event = own.MergeFollowed(
        person_id=PERSON_1,
        patient_id="patient-1",
        into_patient_id="patient-2",
        exposure_session_ids=["session-1"],
        case_ids=["case-1"],
        hold_ids=["hold-1"],
    )
    carried, exposure, case, again, onward = owed(event, OWN)
    assert carried.command == CarryHold(carried.key, "hold-1", "patient-2", RECORDED)
    assert carried.key == derived_id("hold", "hold-1", "patient-2")
    assert exposure == Owed(
        EXPOSURE, "session-1", RepointExposure("session-1", "patient-2", RECORDED)
    )
    assert case == Owed(CASE, "case-1", Repoint("case-1", "patient-2", RECORDED))
    assert again == Owed(PERSON, PERSON_1, FollowAgain(PERSON_1, "patient-1", RECORDED))
    survivor = person_id_of("patient-2")
    assert onward == Owed(PERSON, survivor, FollowAgain(survivor, "patient-2", RECORDED))


def test_a_merge_and_an_erasure_are_heard() -> None:
    merged = consult_events.PatientMerged(patient_id="patient-1", into_patient_id="patient-2")
    assert owed(merged, CONSULT) == [Owed(PERSON, PERSON_1, FOLLOW)]
    erased = consult_events.PatientErased(patient_id="patient-2", merged_patient_ids=["patient-1"])
    assert [each.command for each in owed(erased, CONSULT)] == [
        ForgetPatient(person_id_of(each), each, RECORDED) for each in ("patient-2", "patient-1")
    ]
