"""All that is kept here of a patient, for their export; and what may not be typed of one."""

from collections.abc import Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from mesoflow.safety.v1 import model_pb2
from mesoflow.safety.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import current
from services.chassis.grpc.whole import everything
from services.chassis.handling import Versioned
from services.safety.domain.hold.model import Hold, HoldKind
from services.safety.domain.person.errors import PatientErased
from services.safety.domain.person.model import person_id_of
from services.safety.handlers.case import CASE
from services.safety.handlers.exposure import EXPOSURE
from services.safety.handlers.hold import HOLD
from services.safety.handlers.person import PERSON

MessageT = TypeVar("MessageT", bound=Message)


async def exported(api: Api, request: pb.ExportPatientRequest) -> pb.ExportPatientResponse:
    """Return all that is kept here of a patient, once the reading is audited.

    Refused where a part of it is of a clinic that the caller's token does not reach: half an
    export would pass for a whole one.
    """
    await api.audited(request, request.patient_id)
    whose = (request.patient_id, *request.merged_patient_ids)
    holds = [
        each
        for each in await everything(api, HOLD, "subject_id", whose)
        if each.state.subject.kind is HoldKind.PATIENT
    ]
    return pb.ExportPatientResponse(
        cases=shown(await everything(api, CASE, "patient_id", whose), model_pb2.Case),
        exposures=shown(await everything(api, EXPOSURE, "patient_id", whose), model_pb2.Exposure),
        holds=shown(holds, model_pb2.Hold),
        texts=await notes(api, [each.state for each in holds], whose),
    )


def shown(found: Sequence[Versioned[Any]], message: type[MessageT]) -> list[MessageT]:
    """Return documents as their resources."""
    return [resource(each, message) for each in found]


async def notes(api: Api, holds: Sequence[Hold], owners: Sequence[str]) -> list[pb.ExportedText]:
    """Return what was typed of holds, opened with the key of the record of then."""
    texts = []
    for hold in holds:
        for owner_id in owners:
            if text := await api.opened(owner_id, hold.note):
                said = {"record_id": hold.hold_id, "item": "note"}
                texts.append(pb.ExportedText(text=text.decode(), **said))
    return texts


async def refuse_erased(api: Api, patient_id: str) -> None:
    """Refuse to seal a text of an erased patient, which would make them a new key."""
    chain_id = current().caller.chain_id
    person = await api.store.get(chain_id, PERSON, person_id_of(patient_id))
    if person is not None and person.state.forgotten_at is not None:
        raise PatientErased
