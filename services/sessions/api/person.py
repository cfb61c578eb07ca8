"""All that is kept here of a patient, for their export; and what may not be typed of one."""

from collections.abc import Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from mesoflow.sessions.v1 import model_pb2
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, reachable, resource
from services.chassis.grpc.scope import current
from services.chassis.handling import Aggregate, ClinicForbidden, PageQuery, Versioned
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
AnyAggregate = Aggregate[Any, Any, Any, Any]
PART = 200


async def exported(api: Api, request: pb.ExportPatientRequest) -> pb.ExportPatientResponse:
    """Return all that is kept here of a patient, once the reading is audited.

    Refused where a part of it is of a clinic that the caller's token does not reach: half an
    export would pass for a whole one.
    """
    await api.audited(request, request.patient_id)
    whose = (request.patient_id, *request.merged_patient_ids)
    reactions = await kept(api, REACTION, "patient_id", whose)
    return pb.ExportPatientResponse(
        courses=shown(await kept(api, COURSE, "patient_id", whose), model_pb2.Course),
        sessions=shown(await kept(api, SESSION, "patient_id", whose), model_pb2.Session),
        outcomes=shown(await kept(api, OUTCOME, "patient_id", whose), model_pb2.OutcomeRecord),
        reactions=shown(reactions, model_pb2.Reaction),
        lots=shown(await kept(api, LOT, "for_patient_id", whose), model_pb2.Lot),
        texts=await narratives(api, [each.state for each in reactions], whose),
    )


async def kept(
    api: Api, aggregate: AnyAggregate, column: str, whose: Sequence[str]
) -> list[Versioned[Any]]:
    """Return every document whose `column` names one of the person's records."""
    found: list[Versioned[Any]] = []
    for patient_id in dict.fromkeys(whose):
        after: str | None = None
        while True:
            query = PageQuery({column: patient_id}, PART, None, after)
            page = await api.store.page(current().caller.chain_id, aggregate, query)
            found += page.items
            after = page.after
            if after is None:
                break
    if not all(reachable(each.state) for each in found):
        raise ClinicForbidden
    return found


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
