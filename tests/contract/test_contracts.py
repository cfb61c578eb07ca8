"""What each service publishes and hears, and that the two fit."""

import dataclasses

import pytest

from deploy.local.stack import SERVICES
from services.chassis.mapping import from_message
from services.chassis.messages import EventType
from tests.contract.published import EVENTS, contract_of, descriptor_of, hearings_of
from tests.contract.sample import sample
from tests.contract.test_golden import name_of


def owners(event: EventType) -> list[str]:
    return [name for name in SERVICES if event.name in contract_of(name).classes]


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_every_event_is_in_the_contract_of_its_service_alone(event: EventType) -> None:
    assert owners(event) == [event.service]


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_an_event_survives_the_way_through_its_class(event: EventType) -> None:
    contract = contract_of(event.service)
    message = sample(descriptor_of(event))
    domain = from_message(message, contract.classes[event.name])
    name, payload = contract.encode(domain)
    assert name == event.name
    assert event.message.FromString(payload) == message
    assert contract.decode(name, payload) == domain


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_a_class_has_the_fields_of_its_message(event: EventType) -> None:
    found = {f.name for f in dataclasses.fields(contract_of(event.service).classes[event.name])}
    assert found == set(event.message.DESCRIPTOR.fields_by_name)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_heard_is_said_by_its_source(service: str) -> None:
    hearings = hearings_of(service)
    assert hearings
    assert len({hearing.durable for hearing in hearings}) == len(hearings)
    for hearing in hearings:
        assert hearing.service == service
        assert hearing.source in SERVICES
        for name, event in hearing.types.items():
            assert event.service == hearing.source, name
            assert owners(event) == [hearing.source], name
        assert all(s.startswith(f"mesoflow.*.{hearing.source}.v1.") for s in hearing.subjects)


@pytest.mark.parametrize("service", SERVICES)
def test_a_policy_takes_the_event_it_is_registered_for(service: str) -> None:
    for hearing in hearings_of(service):
        for message, policy in hearing.policies.items():
            first = next(iter(policy.__annotations__.values()), None)
            stated = getattr(first, "__name__", str(first)).rpartition(".")[2]
            assert message.DESCRIPTOR.name in stated or "|" in str(first), policy
