"""Dataclass to message and back, by name."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoflow.consult.v1 import events_pb2, model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.kernel import SealedText
from services.chassis.mapping import chosen, from_message, to_message, to_reply
from services.consult.domain.patient.clinical import Answer, Coding, History
from services.consult.domain.patient.events import HistoryRecorded
from services.consult.domain.practitioner.events import LicenceRecorded, PractitionerEnrolled
from services.consult.domain.practitioner.model import Profession

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TIMES = st.datetimes(timezones=st.just(UTC))
CODINGS = st.lists(st.builds(Coding, TEXT, TEXT), max_size=3).map(tuple)
SEALED = st.none() | st.builds(SealedText, TEXT, TEXT, st.binary(max_size=32))
ANSWERS = st.sampled_from(Answer)


@given(
    st.builds(
        HistoryRecorded,
        TEXT,
        st.builds(History, CODINGS, CODINGS, CODINGS, ANSWERS, ANSWERS),
        TIMES,
    )
)
def test_nested_repeated_and_enums_come_back(event: HistoryRecorded) -> None:
    message = to_message(event, events_pb2.HistoryRecorded)
    assert from_message(message, HistoryRecorded) == event


@given(st.builds(LicenceRecorded, TEXT, TEXT, TEXT, SEALED, st.dates(), st.dates(), TIMES))
def test_dates_times_bytes_and_none_come_back(event: LicenceRecorded) -> None:
    message = to_message(event, events_pb2.LicenceRecorded)
    assert message.HasField("licence_number") == (event.licence_number is not None)
    assert from_message(message, LicenceRecorded) == event


def test_an_enum_goes_by_its_name_without_the_prefix() -> None:
    at = datetime(2026, 1, 31, tzinfo=UTC)
    event = PractitionerEnrolled("p", ("c", "d"), Profession.NURSE, at)
    message = to_message(event, events_pb2.PractitionerEnrolled)
    assert message.profession == model_pb2.PROFESSION_NURSE
    assert list(message.clinic_ids) == ["c", "d"]


def test_a_filter_is_chosen_by_its_name_without_the_prefix() -> None:
    request = pb.ListPlansRequest(state=model_pb2.PLAN_STATE_ACCEPTED)
    assert chosen(request, "state") == "ACCEPTED"
    assert chosen(pb.ListPlansRequest(), "state") == ""


def test_an_unset_enum_is_none() -> None:
    found = from_message(events_pb2.PractitionerEnrolled(), PractitionerEnrolled)
    assert [found.profession, found.enrolled_at] == [None, None]
    assert found.clinic_ids == ()


class Trade(Enum):
    """Names that the schema does not have."""

    WIZARD = "WIZARD"


@dataclass(frozen=True)
class Odd:
    """A field short, and an enum of its own."""

    practitioner_id: str
    profession: Trade


def test_a_field_that_the_dataclass_lacks_is_an_error() -> None:
    with pytest.raises(AttributeError, match="clinic_ids"):
        to_message(Odd("p", Trade.WIZARD), events_pb2.PractitionerEnrolled)


def test_an_enum_name_that_the_schema_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="WIZARD"):
        to_reply(Odd("p", Trade.WIZARD), events_pb2.PractitionerEnrolled)


def test_a_reply_takes_what_is_there_and_what_is_given() -> None:
    @dataclass(frozen=True)
    class Part:
        valid_from: date

    reply = to_reply(Part(date(2026, 1, 31)), events_pb2.LicenceRecorded, licence_id="l")
    assert (reply.licence_id, reply.valid_from.day) == ("l", 31)
    assert reply.practitioner_id == ""


def test_what_the_message_lacks_must_be_given() -> None:
    @dataclass(frozen=True)
    class More:
        clinic_id: str
        other: str

    assert from_message(events_pb2.ClinicOpened(clinic_id="c"), More, other="o") == More("c", "o")
    with pytest.raises(KeyError, match="other"):
        from_message(events_pb2.ClinicOpened(clinic_id="c"), More)
