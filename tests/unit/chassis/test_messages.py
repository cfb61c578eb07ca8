"""What is read off the schema: subjects, roles, redaction, completeness."""

import pytest

from mesoflow.consult.v1 import events_pb2, model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.safety.v1 import events_pb2 as safety_pb2
from services.chassis.delivery import Delivery, Hearing
from services.chassis.messages import contract, event_type, event_types, method_roles, redacted
from services.consult.domain.chain import events as chain_events
from tests.support.clocks import StoppedClock
from tests.support.directory import CANARY


def test_a_subject_is_chain_service_aggregate_event() -> None:
    found = event_type(events_pb2.RoomAdded)
    assert found.subject("1") == "mesoflow.1.consult.v1.clinic.room_added"
    assert found.key_of(events_pb2.RoomAdded(clinic_id="c")) == "c"
    assert found.service == "consult"


def test_events_are_the_marked_messages_alone() -> None:
    names = {event.message.DESCRIPTOR.name for event in event_types(events_pb2)}
    assert {"ChainRegistered", "RoomAdded"} <= names
    assert list(event_types(model_pb2)) == []


def test_roles_are_spelled_as_in_tokens() -> None:
    method = pb.DESCRIPTOR.services_by_name["DirectoryService"].methods_by_name["OpenClinic"]
    assert method_roles(method) == frozenset({"chain_admin"})


def test_redaction_blanks_what_is_sensitive_at_every_depth() -> None:
    request = pb.RegisterPatientRequest(
        clinic_id="c", identity=model_pb2.Identity(full_name=CANARY)
    )
    assert redacted(request) == 'clinic_id: "c"'
    reply = pb.GetPatientIdentityResponse(
        patient_id="p", identity=model_pb2.Identity(full_name=CANARY)
    )
    assert redacted(reply) == 'patient_id: "p"'
    assert request.identity.full_name == CANARY, "the message itself is left alone"
    assert CANARY not in redacted(model_pb2.Identity(full_name=CANARY))


def test_a_contract_lacks_nothing() -> None:
    with pytest.raises(LookupError, match="RoomAdded"):
        contract(events_pb2, chain_events)


def test_a_hearing_filters_every_chain_and_knows_its_policies() -> None:
    hearing = Hearing("sessions", "safety", {safety_pb2.HoldPlaced: lambda event, delivery: []})
    assert (hearing.durable, hearing.stream) == ("sessions-on-safety", "SAFETY")
    (subject,) = hearing.subjects
    assert subject.startswith("mesoflow.*.safety.v1.")
    unknown = Delivery(
        event_id="e",
        chain_id="c",
        aggregate_id="a",
        version=1,
        type="mesoflow.safety.v1.Nothing",
        body=b"",
        traceparent=None,
        occurred_at=StoppedClock().now(),
    )
    with pytest.raises(LookupError):
        hearing.owed(unknown)
