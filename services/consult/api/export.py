"""ExportPatient: all that is held of a patient, here and at the neighbours."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.json_format import MessageToJson

from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import service_pb2 as sessions
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import current
from services.chassis.grpc.whole import everything
from services.chassis.handling import Versioned
from services.chassis.kernel import SealedText
from services.consult.api.response import repeatabilities, rules_of, shown
from services.consult.domain.patient.errors import PatientNotFound, PatientRestricted
from services.consult.domain.patient.model import Patient, PatientState
from services.consult.domain.patient.standing import present
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.plan import PLAN
from services.consult.handlers.response import RESPONSE

# Who may read a record that is kept by duty alone.
BREAK_GLASS = "break_glass"
IDENTITY = "identity"

Held = tuple[
    sessions.ExportPatientResponse,
    billing.ExportPatientResponse,
    safety.ExportPatientResponse,
]


class Asking(Protocol):
    """Whoever can ask the neighbours what they hold; refuses where one of them is silent."""

    async def export(self, patient_ids: Sequence[str]) -> Held: ...


class Typed(Protocol):
    """Whoever knows where people typed something: every text, also those that were replaced."""

    async def of_records(
        self, chain_id: str, record_ids: Sequence[str]
    ) -> Sequence[tuple[str, SealedText]]: ...


@dataclass(frozen=True, slots=True)
class Export:
    """Gathers what is held of a patient."""

    api: Api
    neighbours: Asking
    typed: Typed

    async def exported(self, request: pb.ExportPatientRequest) -> pb.ExportPatientResponse:
        """Return everything, or nothing where a neighbour is silent; audited.

        Refused where a part of it is of a clinic that the caller's token does not reach: half an
        export would pass for a whole one.
        """
        found = await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        refuse_closed(found.state)
        await self.api.audited(request, request.patient_id)
        owners = await self._owners(found.state)
        course, account, case = await self.neighbours.export(owners)
        reply = await self._own(found, owners)
        reply.sessions.CopyFrom(course)
        reply.billing.CopyFrom(account)
        reply.safety.CopyFrom(case)
        reply.exported_at.FromDatetime(self.api.clock.now())
        return reply

    async def _owners(self, patient: Patient) -> Sequence[str]:
        """Return all records of the person, those too that this one has not taken in yet."""
        owners: list[str] = []
        new = [patient.patient_id, *patient.merged_patient_ids]
        while new:
            owners += new
            merged = await everything(self.api, PATIENT, "into_patient_id", new)
            new = [each.state.patient_id for each in merged if each.state.patient_id not in owners]
        return owners

    async def _own(
        self, found: Versioned[Patient], owners: Sequence[str]
    ) -> pb.ExportPatientResponse:
        """Return what consult itself holds."""
        known, rules = await repeatabilities(self.api), rules_of(self.api)
        consultations = await everything(self.api, CONSULTATION, "patient_id", owners)
        plans = await everything(self.api, PLAN, "patient_id", owners)
        responses = await everything(self.api, RESPONSE, "patient_id", owners)
        records = [
            *owners,
            *(each.state.consultation_id for each in consultations),
            *(each.state.plan_id for each in plans),
        ]
        identity = await self._opened(owners, found.state.identity)
        return pb.ExportPatientResponse(
            identity=model_pb2.Identity.FromString(identity),
            patient=resource(found, model_pb2.Patient),
            consultations=[resource(each, model_pb2.Consultation) for each in consultations],
            plans=[resource(each, model_pb2.Plan) for each in plans],
            responses=[shown(each, known, rules) for each in responses],
            texts=[text async for text in self._texts(owners, records, found.state.identity)],
        )

    async def _texts(
        self, owners: Sequence[str], records: Sequence[str], shown_already: SealedText | None
    ) -> AsyncIterator[pb.ExportedText]:
        """Give what was typed of any of `records`, former identities as JSON."""
        for record_id, text in await self.typed.of_records(current().caller.chain_id, records):
            if text == shown_already or not (opened := await self._opened(owners, text)):
                continue
            said = as_json(opened) if text.item == IDENTITY else opened.decode()
            yield pb.ExportedText(record_id=record_id, item=text.item, text=said)

    async def _opened(self, owners: Sequence[str], text: SealedText | None) -> bytes:
        """Return what was typed, by the key of whichever of one person's records it was."""
        for owner_id in owners:
            if opened := await self.api.opened(owner_id, text):
                return opened
        return b""


def refuse_closed(patient: Patient) -> None:
    """Refuse a record that is gone, is another's by now, or is kept by duty alone."""
    restricted = present(patient).state is PatientState.RESTRICTED
    if restricted and BREAK_GLASS not in current().caller.roles:
        raise PatientRestricted


def as_json(identity: bytes) -> str:
    """Return a sealed identity as text."""
    return MessageToJson(model_pb2.Identity.FromString(identity), indent=None)
