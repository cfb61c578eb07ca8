"""An export is whole or is none: who may have it, what a silent neighbour means, what was typed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import grpc
import pytest
from grpc import aio

from mesoflow.billing.v1 import model_pb2 as billing_model
from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import model_pb2 as sessions_model
from mesoflow.sessions.v1 import service_pb2 as sessions
from services.chassis.grpc.scope import Call, Context
from services.chassis.handling import ClinicForbidden
from services.chassis.identity import Principal
from services.chassis.kernel import DomainError, SealedText
from services.consult.api.export import refuse_closed
from services.consult.clients import neighbours
from services.consult.clients.neighbours import Neighbours
from services.consult.domain.patient.errors import (
    NeighbourUnavailable,
    PatientErased,
    PatientMerged,
    PatientRestricted,
)
from services.consult.domain.patient.events import HistoryRecorded
from services.consult.domain.patient.model import PatientState
from services.consult.domain.plan.events import PlanWithdrawn
from services.consult.domain.plan.model import PlanWithdrawalReason
from services.consult.events.published import CONTRACT
from services.consult.store.typed import sealed_fields, sealed_in
from tests.unit.consult.samples import CHAIN, HISTORY, NOW, PATIENT, PLAN, patient

DUPLICATE = "0193a000-0000-7000-8000-0000000000a2"
CHANNELS = dict.fromkeys(("sessions", "billing", "safety"), cast(aio.Channel, None))
Request = sessions.ExportPatientRequest | billing.ExportPatientRequest | safety.ExportPatientRequest
Answer = Callable[[Request], object]


@pytest.fixture(autouse=True)
def stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stubs be made without a channel; `ask` is replaced by each test."""

    class Stub:
        ExportPatient = None

        def __init__(self, channel: object) -> None: ...

    monkeypatch.setattr("mesoflow.sessions.v1.service_pb2_grpc.CourseServiceStub", Stub)
    monkeypatch.setattr("mesoflow.billing.v1.service_pb2_grpc.AccountServiceStub", Stub)
    monkeypatch.setattr("mesoflow.safety.v1.service_pb2_grpc.CaseServiceStub", Stub)


def answering(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[Request]:
    """Let every neighbour answer so; return what they were asked."""
    asked: list[Request] = []

    async def ask(method: object, request: Request, **_: object) -> object:
        asked.append(request)
        return answer(request)

    monkeypatch.setattr(neighbours, "ask", ask)
    return asked


def refused(code: grpc.StatusCode) -> aio.AioRpcError:
    return aio.AioRpcError(code, aio.Metadata(), aio.Metadata())


def held(request: Request) -> object:
    """Return one record of the patient who is asked about."""
    match request:
        case sessions.ExportPatientRequest():
            whose = (request.patient_id, *request.merged_patient_ids)
            courses = [sessions_model.Course(patient_id=each) for each in whose]
            return sessions.ExportPatientResponse(courses=courses)
        case billing.ExportPatientRequest():
            quote = billing_model.Quote(patient_id=request.patient_id)
            return billing.ExportPatientResponse(quotes=[quote])
    return safety.ExportPatientResponse()


async def test_what_they_hold_of_every_record_of_the_person_is_one_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = answering(monkeypatch, held)
    course, account, case = await Neighbours(CHANNELS).export([PATIENT, DUPLICATE])
    assert [each.patient_id for each in course.courses] == [PATIENT, DUPLICATE]
    assert [each.patient_id for each in account.quotes] == [PATIENT, DUPLICATE]
    assert case == safety.ExportPatientResponse()
    # Billing is asked for each record, the others for all of them at once.
    assert sorted(type(each).DESCRIPTOR.full_name.split(".")[1] for each in asked) == [
        "billing",
        "billing",
        "safety",
        "sessions",
    ]


@pytest.mark.parametrize("silent", ["sessions", "billing", "safety"])
@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
    ],
)
async def test_where_one_is_silent_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch, silent: str, code: grpc.StatusCode
) -> None:
    def answer(request: Request) -> object:
        if request.DESCRIPTOR.full_name.split(".")[1] == silent:
            raise refused(code)
        return held(request)

    answering(monkeypatch, answer)
    with pytest.raises(NeighbourUnavailable) as told:
        await Neighbours(CHANNELS).export([PATIENT])
    assert told.value.metadata == {"service": silent}


async def test_what_is_of_another_clinic_at_a_neighbour_refuses_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(request: Request) -> object:
        raise refused(grpc.StatusCode.PERMISSION_DENIED)

    answering(monkeypatch, answer)
    with pytest.raises(ClinicForbidden):
        await Neighbours(CHANNELS).export([PATIENT])


# ── whose record may be read ────────────────────────────────────────────────────────────────────


def called_by(monkeypatch: pytest.MonkeyPatch, *roles: str) -> None:
    """Let the call in progress be of somebody with `roles`."""
    principal = Principal("someone", CHAIN, frozenset(), frozenset(roles), None, 0.0, "")
    call = Call("method", None, None, cast(Context, None), principal)
    monkeypatch.setattr("services.consult.api.export.current", lambda: call)


@pytest.mark.parametrize(
    ("state", "roles", "refusal"),
    [
        (PatientState.ACTIVE, ["identity_reader"], None),
        (PatientState.RESTRICTED, ["break_glass"], None),
        (PatientState.RESTRICTED, ["identity_reader"], PatientRestricted),
        (PatientState.MERGED, ["break_glass"], PatientMerged),
        (PatientState.ERASED, ["break_glass"], PatientErased),
    ],
)
def test_a_record_is_read_only_while_it_may_be(
    monkeypatch: pytest.MonkeyPatch,
    state: PatientState,
    roles: list[str],
    refusal: type[DomainError] | None,
) -> None:
    called_by(monkeypatch, *roles)
    if refusal is None:
        refuse_closed(patient(state=state))
        return
    with pytest.raises(refusal):
        refuse_closed(patient(state=state))


# ── what was typed ──────────────────────────────────────────────────────────────────────────────

TEXT = SealedText("note", "1", b"\x01" * 32)
WITHDRAWN = PlanWithdrawn(PLAN, PATIENT, PlanWithdrawalReason.MEDICAL, TEXT, NOW)


def test_what_was_typed_is_found_in_the_events() -> None:
    assert list(sealed_in(WITHDRAWN)) == [TEXT]
    assert list(sealed_in(replace(WITHDRAWN, note=None))) == []
    assert list(sealed_in(HistoryRecorded(PATIENT, HISTORY, NOW))) == []


def test_no_event_hides_a_text_deeper_than_it_is_looked_for() -> None:
    """A sealed text inside a value of an event would be passed over by an export."""
    for event_class, declared in CONTRACT.types.items():
        fields = declared.message.DESCRIPTOR.fields
        own = {f.name for f in fields if f.message_type and f.message_type.name == "SealedText"}
        assert own == set(sealed_fields(event_class))
        assert not any(
            hides(f.message_type) for f in fields if f.message_type and f.name not in own
        )


def hides(message: Any) -> bool:  # noqa: ANN401 - a descriptor
    """Tell whether a sealed text stands anywhere in `message`."""
    return message.name == "SealedText" or any(
        hides(field.message_type) for field in message.fields if field.message_type
    )
