"""Lots: who may receive one, until when it is good, what it holds."""

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
from services.sessions.domain.lot.model import Lot, hold_together
from tests.support.spec import Spec
from tests.unit.sessions.cases import COCKTAIL, NOW, lot

RECEIVE = ReceiveLot(
    *("lot-1", "clinic-1", "patient-1", "MIX-1", "A/17", COCKTAIL),
    expires_on=date(2026, 3, 2),
    beyond_use_at=NOW + timedelta(hours=1),
    at=NOW,
)
KNOWN = Known(clinic=True, patient=True)


def test_a_lot_is_received_and_its_label_taken() -> None:
    [event] = Spec(DECIDER).when(RECEIVE, KNOWN)
    assert (event.lot_id, event.contents, event.received_at) == ("lot-1", COCKTAIL, NOW)
    [label] = project(event)
    assert isinstance(label, Put)
    assert (label.table, label.row["lot_number"]) == ("lot_labels", "A/17")


@pytest.mark.parametrize(
    ("command", "known", "refusal"),
    [
        (RECEIVE, Known(clinic=False, patient=True), ClinicNotFound),
        (RECEIVE, Known(clinic=True, patient=False), PatientNotFound),
        (replace(RECEIVE, expires_on=date(2026, 3, 1)), KNOWN, LotExpired),
        (replace(RECEIVE, beyond_use_at=NOW), KNOWN, BeyondUsePassed),
    ],
)
def test_a_lot_is_refused(command: ReceiveLot, known: Known, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(command, known)


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
