"""The question at the needle fails closed, whatever goes wrong."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest
from grpc import aio

from services.sessions.clients import safety
from services.sessions.clients.safety import SUBJECTS_MOST, Safety, joined, parts
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.session.model import ActiveHold, SafetyAnswer
from tests.unit.sessions.cases import CLEAR, DAY, NOW, PATIENT

NO_CHANNEL = cast(aio.Channel, None)


async def test_any_failure_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> object:
        raise ConnectionResetError

    class Stub:
        CheckClearance = None

        def __init__(self, channel: object) -> None: ...

    monkeypatch.setattr("mesoflow.safety.v1.service_pb2_grpc.ClearanceServiceStub", Stub)
    monkeypatch.setattr(safety, "ask", fails)
    assert await Safety(NO_CHANNEL).clearance([PATIENT]) is None


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (64, [64]), (130, [64, 64, 2])])
def test_more_subjects_than_a_question_holds_are_asked_in_parts(
    count: int, sizes: list[int]
) -> None:
    subjects: Sequence[HoldSubject] = [HoldSubject(HoldKind.LOT, str(n)) for n in range(count)]
    asked = parts(subjects)
    assert [len(part) for part in asked] == sizes
    assert [subject for part in asked for subject in part] == subjects
    assert SUBJECTS_MOST == 64


def test_parts_make_one_answer_as_old_as_the_oldest() -> None:
    hold = ActiveHold("hold-1", PATIENT)
    older = SafetyAnswer((hold,), NOW - DAY, 40)
    assert joined([CLEAR, older]) == replace(older, active_holds=(hold,))
