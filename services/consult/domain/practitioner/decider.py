"""How a practitioner's record decides and changes."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import Decider
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.practitioner.commands import (
    Command,
    EnrolPractitioner,
    RecordLicence,
)
from services.consult.domain.practitioner.errors import DateInvalid, PractitionerNotFound
from services.consult.domain.practitioner.events import (
    Event,
    LicenceRecorded,
    PractitionerEnrolled,
)
from services.consult.domain.practitioner.model import Licence, Practitioner


def decide(
    command: Command, state: Practitioner | None, missing_clinics: Sequence[str] | None
) -> Sequence[Event]:
    """Return the events that `command` causes; `missing_clinics` are those not in the chain."""
    match command, state:
        case EnrolPractitioner(), _:
            if missing_clinics:
                raise ClinicNotFound(clinic_ids=",".join(missing_clinics))
            return [
                PractitionerEnrolled(
                    command.practitioner_id, command.clinic_ids, command.profession, command.at
                )
            ]
        case RecordLicence(), Practitioner():
            return [record_licence(command)]
        case _:
            raise PractitionerNotFound


def record_licence(command: RecordLicence) -> LicenceRecorded:
    """Return the record, or refuse dates that are the wrong way round."""
    if command.valid_until < command.valid_from:
        raise DateInvalid
    return LicenceRecorded(
        practitioner_id=command.practitioner_id,
        licence_id=command.licence_id,
        authority_code=command.authority_code,
        licence_number=command.licence_number,
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        recorded_at=command.at,
    )


def evolve(state: Practitioner | None, event: Event) -> Practitioner:
    """Return the state after `event`."""
    match event:
        case PractitionerEnrolled():
            return Practitioner(
                practitioner_id=event.practitioner_id,
                profession=event.profession,
                clinic_ids=event.clinic_ids,
                licences=(),
                enrolled_at=event.enrolled_at,
                credentials=event.credentials,
            )
        case LicenceRecorded():
            assert state is not None, "a practitioner is enrolled before a licence is recorded"
            licence = Licence(
                licence_id=event.licence_id,
                authority_code=event.authority_code,
                licence_number=event.licence_number,
                valid_from=event.valid_from,
                valid_until=event.valid_until,
            )
            return replace(state, licences=(*state.licences, licence))


DECIDER: Decider[Practitioner, Command, Event, Sequence[str] | None] = Decider(decide, evolve)
