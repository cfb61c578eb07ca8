"""How a lot decides and changes, and when it may be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import Decider, Fact, Put
from services.sessions.domain.clinical import day_in
from services.sessions.domain.lot.commands import Command
from services.sessions.domain.lot.errors import (
    BeyondUsePassed,
    ClinicNotFound,
    LotAlreadyReceived,
    LotExpired,
    PatientNotFound,
)
from services.sessions.domain.lot.events import Event, LotReceived
from services.sessions.domain.lot.model import Lot, LotState


@dataclass(frozen=True, slots=True)
class Known:
    """The clinic's time zone and whose the label's patient is now; None where not heard of."""

    time_zone: str | None
    patient_id: str | None


def decide(command: Command, state: Lot | None, facts: Known) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    if state is not None:
        raise LotAlreadyReceived
    if facts.time_zone is None:
        raise ClinicNotFound
    if command.for_patient_id is not None and facts.patient_id is None:
        raise PatientNotFound
    today = day_in(facts.time_zone, command.at)
    refuse_out_of_date(command.expires_on, command.beyond_use_at, command.at, today)
    return [
        LotReceived(
            lot_id=command.lot_id,
            clinic_id=command.clinic_id,
            for_patient_id=facts.patient_id,
            product_code=command.product_code,
            lot_number=command.lot_number,
            contents=command.contents,
            expires_on=command.expires_on,
            beyond_use_at=command.beyond_use_at,
            received_at=command.at,
        )
    ]


def refuse_out_of_date(
    expires_on: date, beyond_use_at: datetime | None, at: datetime, today: date
) -> None:
    """Refuse after the last day on the label, or from the beyond-use time on."""
    if expires_on < today:
        raise LotExpired(expires_on=expires_on.isoformat())
    # DOMAIN 10 rule 8: the beyond-use time must not have passed when the administration starts.
    if beyond_use_at is not None and beyond_use_at <= at:
        raise BeyondUsePassed(beyond_use_at=beyond_use_at.isoformat())


def evolve(state: Lot | None, event: Event) -> Lot:
    """Return the state after `event`."""
    return Lot(
        lot_id=event.lot_id,
        state=LotState.AVAILABLE,
        clinic_id=event.clinic_id,
        for_patient_id=event.for_patient_id,
        product_code=event.product_code,
        lot_number=event.lot_number,
        contents=event.contents,
        expires_on=event.expires_on,
        beyond_use_at=event.beyond_use_at,
        received_at=event.received_at,
    )


def project(event: Event) -> Sequence[Fact]:
    """Return the fact rows of `event`: a label is received by a clinic once."""
    row: dict[str, object] = {
        "clinic_id": event.clinic_id,
        "product_code": event.product_code,
        "lot_number": event.lot_number,
        "lot_id": event.lot_id,
    }
    return [Put("lot_labels", row)]


DECIDER: Decider[Lot, Command, Event, Known] = Decider(decide, evolve, project)
