"""PatientService: who they are, sealed and found, their record, and what ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, ReplyT, reachable, resource
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Owed, Versioned
from services.chassis.kernel import derived_id
from services.chassis.mapping import chosen
from services.consult.api.erasure import Erasure
from services.consult.api.export import BREAK_GLASS, Export
from services.consult.api.lookup import born, terms
from services.consult.domain.dating import day_in
from services.consult.domain.patient.commands import (
    AmendPatient,
    EndTherapy,
    LiftLegalHold,
    MergePatients,
    PlaceLegalHold,
    RecordHistory,
    RecordTherapy,
    RegisterPatient,
    SignPhotoConsent,
    WithdrawPhotoConsent,
)
from services.consult.domain.patient.errors import (
    PatientErased,
    PatientNotFound,
    PatientRestricted,
)
from services.consult.domain.patient.model import Patient, PatientState, PhotoPurpose, age_band
from services.consult.domain.patient.standing import present, usable
from services.consult.domain.plan.consent_text import digest_of
from services.consult.handlers.directory import CLINIC
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.photo import photo_text
from services.consult.reference.loader import reference

Saying = type[RegisterPatient | AmendPatient]


@dataclass(frozen=True, slots=True)
class Patients(service_pb2_grpc.PatientServiceServicer):
    """Implements PatientService."""

    api: Api
    erasure: Erasure
    export: Export

    async def RegisterPatient(
        self, request: pb.RegisterPatientRequest, context: Context
    ) -> pb.RegisterPatientResponse:
        patient_id = self.api.ids.new()
        built = RegisterPatient, patient_id, request.clinic_id
        return await self._identified(request, pb.RegisterPatientResponse, *built)

    async def _identified(
        self,
        request: pb.RegisterPatientRequest | pb.AmendPatientRequest,
        reply: type[ReplyT],
        command: Saying,
        patient_id: str,
        clinic_id: str,
    ) -> ReplyT:
        """Run a command that says who somebody is, and keep by what they are found."""
        more: dict[str, object] = {"patient_id": patient_id, "age_band": None}
        if request.HasField("identity"):
            more["age_band"] = age_band(born(request.identity), await self._today(clinic_id))
        built, sealed = await self.api.build(request, command, patient_id, more)
        chain_id = current().caller.chain_id
        for identity in [value for value in sealed if value.item == "identity"]:
            sealed += self.api.sealer.lookups(chain_id, identity, terms(request.identity))
        return await self.api.run(request, reply, Owed(PATIENT, patient_id, built), sealed)

    async def RecordHistory(
        self, request: pb.RecordHistoryRequest, context: Context
    ) -> pb.RecordHistoryResponse:
        return await self.api.execute(
            request,
            pb.RecordHistoryResponse,
            PATIENT,
            RecordHistory,
            vocabulary=reference().vocabulary,
        )

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
        refuse_unreadable(await self._last(found.state))
        sealed = await self.api.opened(request.patient_id, found.state.identity)
        if found.state.identity is not None and not sealed:
            raise PatientErased
        identity = model_pb2.Identity.FromString(sealed)
        return pb.GetPatientIdentityResponse(patient_id=request.patient_id, identity=identity)

    async def ListPatients(
        self, request: pb.ListPatientsRequest, context: Context
    ) -> pb.ListPatientsResponse:
        filters = {"clinic_id": request.clinic_id, "state_name": chosen(request, "state")}
        items, token = await self.api.page(request, PATIENT, filters)
        patients = [resource(item, model_pb2.Patient) for item in items]
        return pb.ListPatientsResponse(patients=patients, next_page_token=token)

    async def AmendPatient(
        self, request: pb.AmendPatientRequest, context: Context
    ) -> pb.AmendPatientResponse:
        found = await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        # Before anything is sealed: it would make a key anew for somebody erased.
        usable(found.state)
        built = AmendPatient, request.patient_id, found.state.clinic_id
        return await self._identified(request, pb.AmendPatientResponse, *built)

    async def _today(self, clinic_id: str) -> date:
        """Return the day at a clinic: nobody is of age there before it is their birthday there."""
        clinic = await self.api.store.get(current().caller.chain_id, CLINIC, clinic_id)
        # Of one that is not there nobody is registered.
        return day_in(clinic.state.time_zone if clinic else "UTC", self.api.clock.now())

    async def FindPatients(
        self, request: pb.FindPatientsRequest, context: Context
    ) -> pb.FindPatientsResponse:
        await self.api.audited(request, "")
        found = await self._found(terms(request))
        for each in found:
            await self.api.audited(request, each.state.patient_id)
        return pb.FindPatientsResponse(
            patients=[resource(each, model_pb2.Patient) for each in found]
        )

    async def _found(self, wanted: Sequence[str]) -> list[Versioned[Patient]]:
        """Return whom all of `wanted` are said of by now, where the caller reaches them."""
        chain_id = current().caller.chain_id
        owners = [set(await self.api.sealer.found(chain_id, term)) for term in wanted]
        both = set.intersection(*owners) if owners else set()
        rows = [
            (await self.api.store.get(chain_id, PATIENT, owner_id), version)
            for owner_id, version in sorted(both)
        ]
        return [
            found
            for found, version in rows
            if found and says(found.state, version) and findable(await self._last(found.state))
        ]

    async def _last(self, patient: Patient) -> Patient:
        """Return the record that this one ended in: how that stands, all of the person's stand."""
        chain_id = current().caller.chain_id
        while patient.into_patient_id is not None:
            found = await self.api.store.get(chain_id, PATIENT, patient.into_patient_id)
            assert found is not None, "a record is merged into one that is there, and none goes"
            patient = found.state
        return patient

    async def RecordTherapy(
        self, request: pb.RecordTherapyRequest, context: Context
    ) -> pb.RecordTherapyResponse:
        # Of the request's, so that the same request is answered with the same one.
        therapy_id = derived_id("therapy", request.patient_id, request.request_id)
        more = {"therapy_id": therapy_id, "vocabulary": reference().vocabulary}
        reply = await self.api.execute(
            request, pb.RecordTherapyResponse, PATIENT, RecordTherapy, **more
        )
        reply.therapy_id = therapy_id
        return reply

    async def EndTherapy(
        self, request: pb.EndTherapyRequest, context: Context
    ) -> pb.EndTherapyResponse:
        return await self.api.execute(request, pb.EndTherapyResponse, PATIENT, EndTherapy)

    async def MergePatients(
        self, request: pb.MergePatientsRequest, context: Context
    ) -> pb.MergePatientsResponse:
        # The token has to reach both records; the duplicate's is looked at with the command.
        await self.api.get(PATIENT, request.into_patient_id, PatientNotFound)
        return await self.api.execute(request, pb.MergePatientsResponse, PATIENT, MergePatients)

    async def PlaceLegalHold(
        self, request: pb.PlaceLegalHoldRequest, context: Context
    ) -> pb.PlaceLegalHoldResponse:
        found = await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        present(found.state)
        return await self.api.execute(
            request,
            pb.PlaceLegalHoldResponse,
            PATIENT,
            PlaceLegalHold,
            legal_hold_id=self.api.ids.new(),
        )

    async def LiftLegalHold(
        self, request: pb.LiftLegalHoldRequest, context: Context
    ) -> pb.LiftLegalHoldResponse:
        return await self.api.execute(request, pb.LiftLegalHoldResponse, PATIENT, LiftLegalHold)

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
        await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        text = photo_text(purposes_of(request), request.language, self.api.clock.now().date())
        return pb.GetPhotoConsentTextResponse(
            text=text, text_digest=digest_of(text), language=request.language
        )

    async def SignPhotoConsent(
        self, request: pb.SignPhotoConsentRequest, context: Context
    ) -> pb.SignPhotoConsentResponse:
        text = photo_text(purposes_of(request), request.language, self.api.clock.now().date())
        return await self.api.execute(
            request,
            pb.SignPhotoConsentResponse,
            PATIENT,
            SignPhotoConsent,
            photo_consent_id=self.api.ids.new(),
            expected_digest=digest_of(text),
        )

    async def WithdrawPhotoConsent(
        self, request: pb.WithdrawPhotoConsentRequest, context: Context
    ) -> pb.WithdrawPhotoConsentResponse:
        return await self.api.execute(
            request, pb.WithdrawPhotoConsentResponse, PATIENT, WithdrawPhotoConsent
        )


def refuse_unreadable(patient: Patient) -> None:
    """Refuse who was erased; a restricted record opens to break-glass alone."""
    if patient.state is PatientState.ERASED:
        raise PatientErased
    if patient.state is PatientState.RESTRICTED and BREAK_GLASS not in current().caller.roles:
        raise PatientRestricted


def says(patient: Patient, version: str) -> bool:
    """Tell whether `version` is still who a record is of, and the caller reaches it."""
    said_now = patient.identity is not None and patient.identity.version == version
    return said_now and reachable(patient)


def findable(patient: Patient) -> bool:
    """Tell whether a search may say who a record is of: of a restricted one it may not."""
    return patient.state is not PatientState.RESTRICTED


def purposes_of(
    request: pb.GetPhotoConsentTextRequest | pb.SignPhotoConsentRequest,
) -> list[PhotoPurpose]:
    """Return what the photographs may be used for."""
    names = [model_pb2.PhotoPurpose.Name(each) for each in request.purposes]
    return [PhotoPurpose[name.removeprefix("PHOTO_PURPOSE_")] for name in names]


def servicer(api: Api, erasure: Erasure, export: Export) -> Servicer:
    """Return PatientService, ready to join a server."""
    patients = Patients(api, erasure, export)
    return Servicer(
        "mesoflow.consult.v1.PatientService",
        lambda server: service_pb2_grpc.add_PatientServiceServicer_to_server(patients, server),
    )
