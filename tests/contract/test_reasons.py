"""The catalogue of reasons is complete: each refusal is in it, each reason is somebody's."""

import importlib
import pkgutil

import pytest

import services
from services.chassis.grpc.errors import STATUS
from services.chassis.kernel import DomainError, snake
from tests.contract.test_rpcs import REASONS, status_of

# Reasons that no class raises, and why they are in the catalogue all the same.
RESERVED = {
    "CONSULTATION_CLOSED": "nothing closes a consultation yet",
    "LOT_QUARANTINED": "a lot is out of use by a hold so far: HOLD_ACTIVE",
    "UNAUTHENTICATED": "what an edge in front of the services may answer",
    "REQUEST_ID_BUSY": "for a store that cannot wait for the first of two equal calls",
    "PARKED_ALREADY_REPLAYED": "a replay of an answered event finds nothing: PARKED_NOT_FOUND",
}
# Raised where no caller sees them: by policies, as the reason of a parked event.
INTERNAL_ALONE = {"OUT_OF_ORDER": "an event that is older than one already heard"}


def refusals() -> list[type[DomainError]]:
    """Return every refusal that any module of the services defines."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[DomainError]] = []
    waiting = [DomainError]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += [child for child in children if child.__module__.startswith("services.")]
    return sorted(set(found), key=lambda each: (each.__module__, each.__name__))


REFUSALS = refusals()


def reason_of(refusal: type[DomainError]) -> str:
    return snake(refusal.__name__).upper()


def name_of(refusal: type[DomainError]) -> str:
    return f"{refusal.__module__.removeprefix('services.')}.{refusal.__name__}"


@pytest.mark.parametrize("refusal", REFUSALS, ids=name_of)
def test_a_refusal_is_in_the_catalogue_with_its_status(refusal: type[DomainError]) -> None:
    reason = reason_of(refusal)
    if reason in INTERNAL_ALONE:
        return
    assert reason in REASONS
    assert STATUS[refusal.fault].name == status_of(reason)


@pytest.mark.parametrize("refusal", REFUSALS, ids=name_of)
def test_a_refusal_says_in_a_sentence_what_is_the_matter(refusal: type[DomainError]) -> None:
    assert (refusal.__doc__ or "").partition("\n")[0].endswith(".")


def test_every_reason_is_somebodys_or_reserved() -> None:
    raised = {reason_of(refusal) for refusal in REFUSALS}
    assert REASONS - raised - RESERVED.keys() == set()
    assert not RESERVED.keys() & raised, "it is raised now: no longer reserved"
    assert not INTERNAL_ALONE.keys() - raised
