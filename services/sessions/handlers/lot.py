"""The lot as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.lot.commands import Command, ReceiveLot
from services.sessions.domain.lot.decider import DECIDER, Known
from services.sessions.domain.lot.errors import LotAlreadyReceived
from services.sessions.domain.lot.events import Event
from services.sessions.domain.lot.model import Lot
from services.sessions.domain.person.commands import Repoint
from services.sessions.domain.person.events import RecordRepointed
from services.sessions.domain.person.following import following
from services.sessions.handlers.gate import time_zone_of
from services.sessions.handlers.person import survivor_if_known


async def gather_known(command: ReceiveLot, state: Lot | None, reader: Reader) -> Known:
    """Return the clinic's time zone, and whose the label's patient is by now."""
    patient_id = command.for_patient_id
    return Known(
        time_zone=await time_zone_of(command.clinic_id, reader),
        patient_id=None if patient_id is None else await survivor_if_known(patient_id, reader),
    )


LOT: Aggregate[Lot, Command | Repoint, Event | RecordRepointed, Known] = Aggregate(
    "lot",
    following(DECIDER, field="for_patient_id"),
    Lot,
    gathers={ReceiveLot: gather_known},
    constraints={"lot_labels_pkey": LotAlreadyReceived},
)
