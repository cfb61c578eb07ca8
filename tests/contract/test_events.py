"""The law of events, as proto/mesoflow/options/v1/options.proto states it."""

import pytest
from google.protobuf.descriptor import FieldDescriptor

from mesoflow.options.v1 import options_pb2
from services.chassis.messages import EventType
from tests.contract.published import EVENTS, PROTO, descriptor_of, fields_of
from tests.contract.test_golden import name_of

SUFFIXES = ("_id", "_ids", "_code", "_codes", "_version", "_number")
NAMES = {"code", "system", "version", "language", "time_zone", "short_name", "item"}
# A payment is told as part of its account, and names itself first.
KEY_ELSEWHERE = {"mesoflow.billing.v1.PaymentReceived"}


def lawful(field: FieldDescriptor) -> bool:
    """Tell whether a field may stand in an event: a string says by its name what it is."""
    if field.type != FieldDescriptor.TYPE_STRING:
        return True
    return field.name in NAMES or field.name.endswith(SUFFIXES)


def test_the_law_is_the_one_in_the_schema() -> None:
    law = (PROTO / "mesoflow/options/v1/options.proto").read_text()
    stated = law.partition("//   the suffixes ")[2].partition("\n")[0].split()
    named = law.partition("//   the names ")[2].partition("\n")[0].split()
    assert (tuple(stated), set(named)) == (SUFFIXES, NAMES)


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_every_string_says_what_it_is(event: EventType) -> None:
    unlawful = [f.full_name for f in fields_of(descriptor_of(event)) if not lawful(f)]
    assert unlawful == []


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_nothing_sensitive_is_in_an_event(event: EventType) -> None:
    fields = list(fields_of(descriptor_of(event)))
    marked = [f.full_name for f in fields if f.GetOptions().Extensions[options_pb2.sensitive]]
    assert marked == []
    inside = {f.message_type.full_name for f in fields if f.message_type is not None}
    assert not inside & {"google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Value"}


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_the_key_is_the_first_field(event: EventType) -> None:
    first = event.message.DESCRIPTOR.fields_by_number[1]
    assert first.name == event.key or event.name in KEY_ELSEWHERE
    assert event.key.endswith("_id")
    assert event.roles, "somebody may watch it"


def test_events_stand_in_events_proto_alone() -> None:
    assert {e.message.DESCRIPTOR.file.name.rpartition("/")[2] for e in EVENTS} == {"events.proto"}
    for module_file in {e.message.DESCRIPTOR.file.name for e in EVENTS}:
        declared = {e.message.DESCRIPTOR.name for e in EVENTS if module_file in path(e)}
        text = (PROTO / module_file).read_text()
        assert {name for name in declared if f"message {name} {{" in text} == declared


def path(event: EventType) -> str:
    return str(event.message.DESCRIPTOR.file.name)
