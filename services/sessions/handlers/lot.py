"""The lot as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.clinical import HoldKind
from services.sessions.domain.lot.commands import Command, ReceiveLot
from services.sessions.domain.lot.decider import DECIDER, Known
from services.sessions.domain.lot.errors import LotAlreadyReceived
from services.sessions.domain.lot.events import Event
from services.sessions.domain.lot.model import Lot
from services.sessions.handlers.gate import known


async def gather_known(command: ReceiveLot, state: Lot | None, reader: Reader) -> Known:
    """Tell whether the clinic, and the patient on the label, have been heard of."""
    patient_id = command.for_patient_id
    return Known(
        clinic=await known(HoldKind.CLINIC, command.clinic_id, reader),
        patient=patient_id is None or await known(HoldKind.PATIENT, patient_id, reader),
    )


LOT: Aggregate[Lot, Command, Event, Known] = Aggregate(
    "lot",
    DECIDER,
    Lot,
    gathers={ReceiveLot: gather_known},
    constraints={"lot_labels_pkey": LotAlreadyReceived},
)
