"""A day or a moment that is in no calendar is refused wherever a request states it."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from mesoflow.clinical.v1 import diagnosis_pb2, patient_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.canonical import spell
from services.chassis.kernel import DateInvalid

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799


def photographed(taken_at: Timestamp) -> pb.RecordFindingsRequest:
    photo = diagnosis_pb2.PhotoReference(taken_at=taken_at)
    return pb.RecordFindingsRequest(findings=diagnosis_pb2.Findings(photos=[photo]))


def weighed(year: int, month: int, day: int) -> pb.RecordHistoryRequest:
    measured_on = date_pb2.Date(year=year, month=month, day=day)
    weight = patient_pb2.BodyWeight(measured_on=measured_on)
    return pb.RecordHistoryRequest(history=patient_pb2.History(weight=weight))


@pytest.mark.parametrize("seconds", [FIRST_SECOND, 0, LAST_SECOND])
def test_a_moment_of_the_calendar_passes(seconds: int) -> None:
    spell(photographed(Timestamp(seconds=seconds, nanos=999_999_999)))


@pytest.mark.parametrize(
    "moment",
    [
        Timestamp(seconds=FIRST_SECOND - 1),
        Timestamp(seconds=LAST_SECOND + 1),
        Timestamp(seconds=10**15),
        Timestamp(seconds=0, nanos=2_000_000_000),
        Timestamp(seconds=0, nanos=-1),
    ],
)
def test_a_moment_outside_it_is_refused(moment: Timestamp) -> None:
    with pytest.raises(DateInvalid):
        spell(photographed(moment))


def test_a_day_is_looked_at_however_deep_it_stands() -> None:
    spell(weighed(2024, 2, 29))
    with pytest.raises(DateInvalid):
        spell(weighed(2026, 2, 29))
