"""Lots: who may receive one, until when it is good, what it holds."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.chassis.kernel import DomainError, Put
from services.sessions.domain.clinical import Cocktail, Component, PreparationSource
from services.sessions.domain.lot.commands import ReceiveLot
from services.sessions.domain.lot.decider import DECIDER, Known, project
from services.sessions.domain.lot.errors import (
    BeyondUsePassed,
    ClinicNotFound,
    LotExpired,
    PatientNotFound,
)
from services.sessions.domain.lot.events import LotReceived
from services.sessions.domain.lot.model import Lot, hold_together
from tests.support.spec import Spec
from tests.unit.sessions.cases import COCKTAIL, NOW, lot

RECEIVE = ReceiveLot(
    *("lot-1", "clinic-1", "patient-1", "MIX-1", "A/17", COCKTAIL),
    expires_on=date(2026, 3, 2),
    beyond_use_at=NOW + timedelta(hours=1),
    at=NOW,
)
KNOWN = Known("UTC", "patient-1")


def test_a_lot_is_received_and_its_label_taken() -> None:
    [event] = Spec(DECIDER).when(RECEIVE, KNOWN)
    assert (event.lot_id, event.contents, event.received_at) == ("lot-1", COCKTAIL, NOW)
    [label] = project(event)
    assert isinstance(label, Put)
    assert (label.table, label.row["lot_number"]) == ("lot_labels", "A/17")


@pytest.mark.parametrize(
    ("command", "known", "refusal"),
    [
        (RECEIVE, Known(None, "patient-1"), ClinicNotFound),
        (RECEIVE, Known("UTC", None), PatientNotFound),
        (replace(RECEIVE, expires_on=date(2026, 3, 1)), KNOWN, LotExpired),
        (replace(RECEIVE, beyond_use_at=NOW), KNOWN, BeyondUsePassed),
    ],
)
def test_a_lot_is_refused(command: ReceiveLot, known: Known, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(command, known)


@pytest.mark.parametrize(
    ("time_zone", "hour", "good"),
    [
        ("Pacific/Auckland", 12, False),  # already the third of March there
        ("Pacific/Auckland", 10, True),
        ("America/Los_Angeles", 12, True),
        ("UTC", 23, True),
    ],
)
def test_the_last_day_on_a_label_is_a_day_of_the_clinic(
    time_zone: str, hour: int, good: bool
) -> None:
    command = replace(RECEIVE, at=NOW.replace(hour=hour), beyond_use_at=None)
    with nullcontext() if good else pytest.raises(LotExpired):
        Spec(DECIDER).when(command, Known(time_zone, "patient-1"))


def test_a_label_names_whoever_its_patient_was_merged_into() -> None:
    [event] = Spec(DECIDER).when(RECEIVE, Known("UTC", "patient-2"))
    assert isinstance(event, LotReceived)
    assert event.for_patient_id == "patient-2"
    [nobody] = Spec(DECIDER).when(replace(RECEIVE, for_patient_id=None), Known("UTC", None))
    assert isinstance(nobody, LotReceived)
    assert nobody.for_patient_id is None


def part(component: Component, volume: int) -> Lot:
    contents = Cocktail((component,), PreparationSource.SEPARATE_SYRINGES, volume)
    return lot(contents=contents)


SYRINGES = replace(COCKTAIL, source=PreparationSource.SEPARATE_SYRINGES)
DEXPANTHENOL, BIOTIN = COCKTAIL.components
WEAK = replace(BIOTIN, dose_micrograms=1)


@pytest.mark.parametrize(
    ("lots", "cocktail", "same"),
    [
        ([lot()], COCKTAIL, True),
        ([lot(), lot()], COCKTAIL, False),
        ([part(DEXPANTHENOL, 1_500), part(BIOTIN, 500)], SYRINGES, True),
        ([part(DEXPANTHENOL, 1_500)], SYRINGES, False),
        ([part(DEXPANTHENOL, 1_500), part(BIOTIN, 501)], SYRINGES, False),
        (
            [part(DEXPANTHENOL, 1_500), part(WEAK, 500)],
            SYRINGES,
            False,
        ),
        ([part(DEXPANTHENOL, 1_500), part(BIOTIN, 500)], COCKTAIL, False),
    ],
)
def test_lots_together_are_the_cocktail_or_not(
    lots: list[Lot], cocktail: Cocktail, same: bool
) -> None:
    assert hold_together(lots, cocktail) is same
