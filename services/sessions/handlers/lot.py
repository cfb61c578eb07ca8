"""The lot as an aggregate."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.sessions.domain.lot.commands import ReceiveLot
from services.sessions.domain.lot.decider import Known
from services.sessions.domain.lot.errors import LotAlreadyReceived
from services.sessions.domain.lot.model import Lot
from services.sessions.handlers.documents import LOTS, Lots
from services.sessions.handlers.gate import time_zone_of
from services.sessions.handlers.person import survivor_if_known


async def gather_known(command: ReceiveLot, state: Lot | None, reader: Reader) -> Known:
    """Return the clinic's time zone, and whose the label's patient is by now."""
    patient_id = command.for_patient_id
    return Known(
        time_zone=await time_zone_of(command.clinic_id, reader),
        patient_id=None if patient_id is None else await survivor_if_known(patient_id, reader),
    )


LOT: Lots = replace(
    LOTS,
    gathers={ReceiveLot: gather_known},
    constraints={"lot_labels_pkey": LotAlreadyReceived},
)
