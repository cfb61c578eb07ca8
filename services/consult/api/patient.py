"""PatientService: registration, history, and the audited reading of who someone is."""

from dataclasses import dataclass
from datetime import date

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.consult.api.erasure import Erasure
from services.consult.api.export import Export
from services.consult.domain.patient.commands import RecordHistory, RegisterPatient
from services.consult.domain.patient.errors import PatientNotFound
from services.consult.domain.patient.model import age_band
from services.consult.domain.practitioner.errors import DateInvalid
from services.consult.handlers.patient import PATIENT


@dataclass(frozen=True, slots=True)
class Patients(service_pb2_grpc.PatientServiceServicer):
    """Implements PatientService."""

    api: Api
    erasure: Erasure
    export: Export

    async def RegisterPatient(
        self, request: pb.RegisterPatientRequest, context: Context
    ) -> pb.RegisterPatientResponse:
        band = age_band(born(request.identity), self.api.clock.now().date())
        return await self.api.execute(
            request, pb.RegisterPatientResponse, PATIENT, RegisterPatient, age_band=band
        )

    async def RecordHistory(
        self, request: pb.RecordHistoryRequest, context: Context
    ) -> pb.RecordHistoryResponse:
        return await self.api.execute(request, pb.RecordHistoryResponse, PATIENT, RecordHistory)

    async def GetPatient(
        self, request: pb.GetPatientRequest, context: Context
    ) -> pb.GetPatientResponse:
        found = await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        return pb.GetPatientResponse(patient=resource(found, model_pb2.Patient))

    async def GetPatientIdentity(
        self, request: pb.GetPatientIdentityRequest, context: Context
    ) -> pb.GetPatientIdentityResponse:
        found = await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        await self.api.audited(request, request.patient_id)
        sealed = await self.api.opened(request.patient_id, found.state.identity)
        identity = model_pb2.Identity.FromString(sealed)
        return pb.GetPatientIdentityResponse(patient_id=request.patient_id, identity=identity)

    async def ListPatients(
        self, request: pb.ListPatientsRequest, context: Context
    ) -> pb.ListPatientsResponse:
        items, token = await self.api.page(request, PATIENT, {"clinic_id": request.clinic_id})
        patients = [resource(item, model_pb2.Patient) for item in items]
        return pb.ListPatientsResponse(patients=patients, next_page_token=token)

    async def AmendPatient(
        self, request: pb.AmendPatientRequest, context: Context
    ) -> pb.AmendPatientResponse:
        raise NotImplementedError("B")

    async def FindPatients(
        self, request: pb.FindPatientsRequest, context: Context
    ) -> pb.FindPatientsResponse:
        raise NotImplementedError("B")

    async def RecordTherapy(
        self, request: pb.RecordTherapyRequest, context: Context
    ) -> pb.RecordTherapyResponse:
        raise NotImplementedError("B")

    async def EndTherapy(
        self, request: pb.EndTherapyRequest, context: Context
    ) -> pb.EndTherapyResponse:
        raise NotImplementedError("B")

    async def MergePatients(
        self, request: pb.MergePatientsRequest, context: Context
    ) -> pb.MergePatientsResponse:
        raise NotImplementedError("B")

    async def PlaceLegalHold(
        self, request: pb.PlaceLegalHoldRequest, context: Context
    ) -> pb.PlaceLegalHoldResponse:
        raise NotImplementedError("B")

    async def LiftLegalHold(
        self, request: pb.LiftLegalHoldRequest, context: Context
    ) -> pb.LiftLegalHoldResponse:
        raise NotImplementedError("B")

    async def ErasePatient(
        self, request: pb.ErasePatientRequest, context: Context
    ) -> pb.ErasePatientResponse:
        return await self.erasure.erased(request)

    async def ExportPatient(
        self, request: pb.ExportPatientRequest, context: Context
    ) -> pb.ExportPatientResponse:
        return await self.export.exported(request)

    async def GetPhotoConsentText(
        self, request: pb.GetPhotoConsentTextRequest, context: Context
    ) -> pb.GetPhotoConsentTextResponse:
        raise NotImplementedError("B")

    async def SignPhotoConsent(
        self, request: pb.SignPhotoConsentRequest, context: Context
    ) -> pb.SignPhotoConsentResponse:
        raise NotImplementedError("B")

    async def WithdrawPhotoConsent(
        self, request: pb.WithdrawPhotoConsentRequest, context: Context
    ) -> pb.WithdrawPhotoConsentResponse:
        raise NotImplementedError("B")


def born(identity: model_pb2.Identity) -> date | None:
    """Return the birth date, None where there is none; refuse one that does not exist."""
    if not identity.HasField("birth_date"):
        return None
    stated = identity.birth_date
    try:
        return date(stated.year, stated.month, stated.day)
    except ValueError:
        raise DateInvalid from None


def servicer(api: Api, erasure: Erasure, export: Export) -> Servicer:
    """Return PatientService, ready to join a server."""
    patients = Patients(api, erasure, export)
    return Servicer(
        "mesoflow.consult.v1.PatientService",
        lambda server: service_pb2_grpc.add_PatientServiceServicer_to_server(patients, server),
    )
