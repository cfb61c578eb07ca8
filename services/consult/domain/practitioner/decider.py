"""How a practitioner's record decides and changes."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import DateInvalid, Decider
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.dating import last_day_over
from services.consult.domain.practitioner.commands import (
    AmendPractitioner,
    Command,
    EnrolPractitioner,
    RecordLicence,
    RevokeLicence,
)
from services.consult.domain.practitioner.errors import (
    LicenceNotFound,
    PractitionerNotFound,
)
from services.consult.domain.practitioner.events import (
    Event,
    LicenceRecorded,
    LicenceRevoked,
    PractitionerAmended,
    PractitionerEnrolled,
)
from services.consult.domain.practitioner.model import Credential, Licence, Practitioner

Missing = Sequence[str] | None


def decide(
    command: Command, state: Practitioner | None, missing_clinics: Missing
) -> Sequence[Event]:
    """Return the events that `command` causes; `missing_clinics` are those not in the chain."""
    match command, state:
        case EnrolPractitioner(), _:
            return [enrol(command, missing_clinics)]
        case AmendPractitioner(), Practitioner():
            return [amend(command, missing_clinics)]
        case RecordLicence(), Practitioner():
            return [record_licence(command)]
        case RevokeLicence(), Practitioner():
            return [revoke_licence(command, state)]
        case _:
            raise PractitionerNotFound


def enrol(command: EnrolPractitioner, missing_clinics: Missing) -> PractitionerEnrolled:
    """Return the enrolment at clinics of the chain."""
    refuse_missing(missing_clinics)
    refuse_backward(command.credentials)
    return PractitionerEnrolled(
        practitioner_id=command.practitioner_id,
        clinic_ids=command.clinic_ids,
        profession=command.profession,
        enrolled_at=command.at,
        credentials=command.credentials,
    )


def amend(command: AmendPractitioner, missing_clinics: Missing) -> PractitionerAmended:
    """Return the change of clinics and credentials."""
    refuse_missing(missing_clinics)
    refuse_backward(command.credentials)
    return PractitionerAmended(
        command.practitioner_id, command.clinic_ids, command.credentials, command.at
    )


def refuse_missing(missing_clinics: Missing) -> None:
    """Refuse clinics that the chain does not have."""
    if missing_clinics:
        raise ClinicNotFound(clinic_ids=",".join(missing_clinics))


def refuse_backward(credentials: Sequence[Credential]) -> None:
    """Refuse a credential that ends before it begins."""
    if any(c.valid_until is not None and c.valid_until < c.valid_from for c in credentials):
        raise DateInvalid


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


def revoke_licence(command: RevokeLicence, state: Practitioner) -> LicenceRevoked:
    """Return the end of a licence: it held until the last day that is over at every clinic."""
    licence = next((x for x in state.licences if x.licence_id == command.licence_id), None)
    if licence is None:
        raise LicenceNotFound
    return LicenceRevoked(
        practitioner_id=state.practitioner_id,
        licence_id=licence.licence_id,
        authority_code=licence.authority_code,
        valid_from=licence.valid_from,
        valid_until=min(licence.valid_until, last_day_over(command.at)),
        revoked_at=command.at,
    )


def evolve(state: Practitioner | None, event: Event) -> Practitioner:
    """Return the state after `event`."""
    if isinstance(event, PractitionerEnrolled):
        return Practitioner(
            practitioner_id=event.practitioner_id,
            profession=event.profession,
            clinic_ids=event.clinic_ids,
            licences=(),
            enrolled_at=event.enrolled_at,
            credentials=event.credentials,
        )
    assert state is not None, "a practitioner is enrolled before anything else"
    match event:
        case LicenceRecorded():
            licence = Licence(
                licence_id=event.licence_id,
                authority_code=event.authority_code,
                licence_number=event.licence_number,
                valid_from=event.valid_from,
                valid_until=event.valid_until,
            )
            return replace(state, licences=(*state.licences, licence))
        case PractitionerAmended():
            return replace(state, clinic_ids=event.clinic_ids, credentials=event.credentials)
        case LicenceRevoked():
            return replace(state, licences=revoked(state.licences, event))


def revoked(licences: Sequence[Licence], event: LicenceRevoked) -> tuple[Licence, ...]:
    """Return the licences with the one of `event` at its end."""
    return tuple(
        replace(each, valid_until=event.valid_until)
        if each.licence_id == event.licence_id
        else each
        for each in licences
    )


DECIDER: Decider[Practitioner, Command, Event, Missing] = Decider(decide, evolve)
