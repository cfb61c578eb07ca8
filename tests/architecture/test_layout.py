"""All four services have the same rooms, and every room has the same furniture."""

from pathlib import Path

import pytest

from tests.architecture.sources import FOUR, services

ROOMS = {"api", "domain", "events", "handlers", "store"}
ROOMS_IF_NEEDED = {"clients", "reference"}
DOORS = {"__init__.py", "__main__.py", "main.py", "config.py"}
AGGREGATE = {"__init__.py", "commands.py", "events.py", "model.py", "errors.py", "decider.py"}
ROOMS_BY_AGGREGATE = ("api", "handlers")
# Pure calculations that keep nothing: no events, no document, no row of their own.
CALCULATIONS = {"cocktail"}
# Small aggregates that are one subject to their readers share a module of this name.
TOGETHER = {
    "chain": "directory",
    "clinic": "directory",
    "practitioner": "directory",
    "withdrawal": "quote",
}

every_service = pytest.mark.parametrize("service", services(), ids=lambda service: service.name)


def folders(place: Path) -> set[str]:
    return {each.name for each in place.iterdir() if each.is_dir() and each.name != "__pycache__"}


def files(place: Path) -> set[str]:
    return {each.name for each in place.iterdir() if each.is_file()}


def test_there_are_four_services() -> None:
    assert tuple(service.name for service in services()) == FOUR


@every_service
def test_a_service_has_the_rooms_and_no_other(service: Path) -> None:
    assert folders(service) - ROOMS_IF_NEEDED == ROOMS


@every_service
def test_a_service_has_the_doors_and_no_other(service: Path) -> None:
    assert files(service) == DOORS


@every_service
def test_every_aggregate_has_the_same_five_modules(service: Path) -> None:
    aggregates = folders(service / "domain") - CALCULATIONS
    assert aggregates
    for aggregate in aggregates:
        assert files(service / "domain" / aggregate) >= AGGREGATE, aggregate


@every_service
def test_every_aggregate_has_its_module_in_the_rooms_around_it(service: Path) -> None:
    aggregates = folders(service / "domain") - CALCULATIONS
    wanted = {f"{TOGETHER.get(aggregate, aggregate)}.py" for aggregate in aggregates}
    missing = {room: wanted - files(service / room) for room in ROOMS_BY_AGGREGATE}
    assert not any(missing.values()), missing


@every_service
def test_events_come_in_and_go_out_at_one_place_each(service: Path) -> None:
    assert {"consumers.py", "published.py"} <= files(service / "events")


@every_service
def test_every_room_is_a_package(service: Path) -> None:
    packages = [service, *(path for path in service.rglob("*") if path.is_dir())]
    bare = [
        path for path in packages if any(path.glob("*.py")) and not (path / "__init__.py").exists()
    ]
    assert bare == []
