"""Old bytes mean what they meant: every event, field by field, against its committed file."""

import pytest
from google.protobuf.unknown_fields import UnknownFieldSet

from services.chassis.messages import EventType
from tests.contract.golden.files import missing, path_of, stale
from tests.contract.published import EVENTS, descriptor_of, reached
from tests.contract.sample import sample


def name_of(event: EventType) -> str:
    return event.name


def test_every_event_has_its_bytes_and_every_file_its_event() -> None:
    assert EVENTS
    assert [event.name for event in missing()] == [], "run: python -m tests.contract.golden"
    assert stale() == []


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_old_bytes_decode_to_the_same_fields(event: EventType) -> None:
    kept = path_of(event).read_bytes()
    decoded, expected = event.message.FromString(kept), sample(descriptor_of(event))
    assert len(UnknownFieldSet(decoded)) == 0
    for field in event.message.DESCRIPTOR.fields:
        assert getattr(decoded, field.name) == getattr(expected, field.name), field.name
        assert decoded.ListFields(), field.name
    assert decoded == expected


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_the_sample_sets_every_field(event: EventType) -> None:
    made = sample(descriptor_of(event))
    assert {field.name for field, _ in made.ListFields()} | one_of_others(event) == {
        field.name for field in event.message.DESCRIPTOR.fields
    }


def one_of_others(event: EventType) -> set[str]:
    """Return the fields that lose to another of their oneof: one of them alone can be set."""
    others: set[str] = set()
    for each in reached(descriptor_of(event)):
        if each is event.message.DESCRIPTOR:
            for group in each.oneofs:
                others |= {field.name for field in group.fields[:-1]}
    return others
