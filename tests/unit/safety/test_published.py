"""Every event goes out as its message and comes back as itself; every state is kept as it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.kernel import SealedText
from services.chassis.postgres.codec import from_jsonb, to_jsonb
from services.safety.domain.case import decider as case
from services.safety.domain.case.events import CaseExposureLinked, CaseOpened
from services.safety.domain.case.model import ReactionTerm, SeriousnessCriterion
from services.safety.domain.exposure import decider as exposure_decider
from services.safety.domain.exposure.events import ExposureMatched, ExposureRecorded
from services.safety.domain.hold import decider as hold
from services.safety.domain.hold.events import HoldLifted, HoldPlaced
from services.safety.domain.hold.model import HoldKind, HoldReason, HoldSubject, LiftReason
from services.safety.events.published import CONTRACT
from services.safety.handlers.case import CASE
from services.safety.handlers.exposure import EXPOSURE
from services.safety.handlers.hold import HOLD
from tests.unit.safety.cases import LINK, exposure, known, report

AT = datetime(2026, 3, 4, 8, 0, 0, 123456, tzinfo=UTC)
SUBJECT = HoldSubject(HoldKind.INGREDIENT, "BIOTIN")
NOTE = SealedText("note", "version", b"\x00\xff")


def opened() -> CaseOpened:
    """Return the opening of a serious case with one exposure."""
    command = report(
        ReactionTerm.ANAPHYLACTIC_REACTION,
        session_id="session-1",
        criteria=(SeriousnessCriterion.LIFE_THREATENING,),
    )
    facts = known(exposure(timedelta(1)), window=None, serious=True)
    [event] = case.decide(command, None, facts)
    assert isinstance(event, CaseOpened)
    return event


def linked() -> CaseExposureLinked:
    """Return the link to an exposure that came on record later."""
    state = case.evolve(None, replace(opened(), exposures=()))
    [event] = case.decide(LINK, state, known(exposure(timedelta(1))))
    assert isinstance(event, CaseExposureLinked)
    return event


RECORDED = ExposureRecorded("s", "p", "c", "r", "d", None, ("lot-1", "lot-2"), AT)
MATCHED = ExposureMatched("s", "p", ("case-1", "case-2"), "windows-3", AT)
PLACED = HoldPlaced("h", SUBJECT, False, None, HoldReason.ALLERGY, NOTE, AT)
UNTOLD = HoldPlaced("h", SUBJECT, True, "case-1", HoldReason.RECALL, None, AT)
LIFTED = HoldLifted("h", SUBJECT, LiftReason.PLACED_IN_ERROR, AT)


@pytest.mark.parametrize(
    "event",
    [RECORDED, MATCHED, opened(), linked(), PLACED, UNTOLD, LIFTED],
    ids=lambda event: type(event).__name__,
)
def test_an_event_comes_back_as_it_went_out(event: object) -> None:
    name, payload = CONTRACT.encode(event)
    assert name == f"mesoflow.safety.v1.{type(event).__name__}"
    assert CONTRACT.decode(name, payload) == event


@pytest.mark.parametrize(
    ("state", "kept_as"),
    [
        (exposure_decider.evolve(None, RECORDED), EXPOSURE.state),
        (exposure_decider.evolve(exposure_decider.evolve(None, RECORDED), MATCHED), EXPOSURE.state),
        (case.evolve(None, opened()), CASE.state),
        (case.evolve(case.evolve(None, opened()), linked()), CASE.state),
        (hold.evolve(None, PLACED), HOLD.state),
        (hold.evolve(hold.evolve(None, UNTOLD), LIFTED), HOLD.state),
    ],
    ids=["exposure", "matched exposure", "case", "linked case", "active hold", "lifted hold"],
)
def test_a_state_is_kept_as_it_is(state: object, kept_as: type[object]) -> None:
    assert from_jsonb(to_jsonb(state), kept_as) == state
