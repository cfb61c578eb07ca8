"""All that is kept here of a patient, for their export; and what may not be typed of one."""

from collections.abc import Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from mesoflow.sessions.v1 import model_pb2
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import current
from services.chassis.grpc.whole import everything
from services.chassis.handling import Versioned
from services.sessions.domain.person.errors import PatientErased
from services.sessions.domain.person.model import person_id_of
from services.sessions.domain.reaction.model import Reaction
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.lot import LOT
from services.sessions.handlers.outcome import OUTCOME
from services.sessions.handlers.person import PERSON
from services.sessions.handlers.reaction import REACTION
from services.sessions.handlers.session import SESSION

MessageT = TypeVar("MessageT", bound=Message)


async def exported(api: Api, request: pb.ExportPatientRequest) -> pb.ExportPatientResponse:
    """Return all that is kept here of a patient, once the reading is audited.

    Refused where a part of it is of a clinic that the caller's token does not reach: half an
    export would pass for a whole one.
    """
    await api.audited(request, request.patient_id)
    whose = (request.patient_id, *request.merged_patient_ids)
    reactions = await everything(api, REACTION, "patient_id", whose)
    return pb.ExportPatientResponse(
        courses=shown(await everything(api, COURSE, "patient_id", whose), model_pb2.Course),
        sessions=shown(await everything(api, SESSION, "patient_id", whose), model_pb2.Session),
        outcomes=shown(
            await everything(api, OUTCOME, "patient_id", whose), model_pb2.OutcomeRecord
        ),
        reactions=shown(reactions, model_pb2.Reaction),
        lots=shown(await everything(api, LOT, "for_patient_id", whose), model_pb2.Lot),
        texts=await narratives(api, [each.state for each in reactions], whose),
    )


def shown(found: Sequence[Versioned[Any]], message: type[MessageT]) -> list[MessageT]:
    """Return documents as their resources."""
    return [resource(each, message) for each in found]


async def narratives(
    api: Api, reactions: Sequence[Reaction], owners: Sequence[str]
) -> list[pb.ExportedText]:
    """Return what was typed of reactions, opened with the key of the record of then."""
    texts = []
    for reaction in reactions:
        for owner_id in owners:
            if text := await api.opened(owner_id, reaction.narrative):
                said = {"record_id": reaction.reaction_id, "item": "narrative"}
                texts.append(pb.ExportedText(text=text.decode(), **said))
    return texts


async def refuse_erased(api: Api, patient_id: str) -> None:
    """Refuse to seal a text of an erased patient, which would make them a new key."""
    chain_id = current().caller.chain_id
    person = await api.store.get(chain_id, PERSON, person_id_of(patient_id))
    if person is not None and person.state.forgotten_at is not None:
        raise PatientErased
