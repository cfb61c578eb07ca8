"""A lot: what a clinic received under one label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.sessions.domain.clinical import Cocktail


class LotState(Enum):
    """Where a lot stands. Quarantine is what its gate says, not a state of the label."""

    AVAILABLE = "AVAILABLE"


@dataclass(frozen=True, slots=True)
class Lot:
    """What came to the clinic, for whom, and until when it may be used."""

    lot_id: str
    state: LotState
    clinic_id: str
    for_patient_id: str | None
    product_code: str
    lot_number: str
    contents: Cocktail
    expires_on: date
    beyond_use_at: datetime | None
    received_at: datetime


def hold_together(lots: Sequence[Lot], cocktail: Cocktail) -> bool:
    """Tell whether `lots` hold, added up, exactly what the plan's cocktail says."""
    doses: Counter[str] = Counter()
    for lot in lots:
        for component in lot.contents.components:
            doses[component.ingredient_code] += component.dose_micrograms
    wanted = {each.ingredient_code: each.dose_micrograms for each in cocktail.components}
    volume = sum(lot.contents.volume_microlitres for lot in lots)
    sources = {lot.contents.source for lot in lots}
    return (
        dict(doses) == wanted
        and volume == cocktail.volume_microlitres
        and sources == {cocktail.source}
    )
