"""A chain with its clinics, practitioners and patients, made through consult's own methods."""

from dataclasses import dataclass, field
from functools import cached_property

from google.type import date_pb2

from mesoflow.clinical.v1 import patient_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import DirectoryServiceStub, PatientServiceStub
from tests.support.calls import Caller, new_id
from tests.support.running import RunningService

CANARY = "Zzcanary Quillfeather"


async def founded(service: RunningService, chain: str = "") -> "Directory":
    """Return the directory of a chain that is registered: the service's test chain, or another."""
    return await Directory(service, chain).founded()


@dataclass
class Directory:
    """What a chain's administrator and front desk ask of one running consult."""

    service: RunningService
    chain: str = ""
    codes: int = field(default=0)

    @cached_property
    def directory(self) -> DirectoryServiceStub:
        return DirectoryServiceStub(self.service.channel)

    @cached_property
    def patients(self) -> PatientServiceStub:
        return PatientServiceStub(self.service.channel)

    @cached_property
    def admin(self) -> Caller:
        return self.service.caller("chain_admin", chain=self.chain)

    @cached_property
    def desk(self) -> Caller:
        return self.service.caller("front_desk", chain=self.chain)

    def registration(self) -> pb.RegisterChainRequest:
        return pb.RegisterChainRequest(
            request_id=new_id(), short_name="demo", jurisdiction_code="GB"
        )

    def opening(self, code: str = "") -> pb.OpenClinicRequest:
        """Return a request that opens a clinic under `code`, or under a new one."""
        self.codes += 1
        return pb.OpenClinicRequest(
            request_id=new_id(),
            clinic_code=code or f"C{self.codes}",
            time_zone="Europe/London",
            jurisdiction_code="GB",
            legal_entity_code="LE1",
        )

    async def founded(self) -> "Directory":
        """Register the chain, which comes before anything else of it."""
        await self.admin.call(self.directory.RegisterChain, self.registration())
        return self

    async def opened(self) -> pb.OpenClinicResponse:
        return await self.admin.call(self.directory.OpenClinic, self.opening())

    def room(self, clinic_id: str, code: str = "", etag: str = "") -> pb.AddRoomRequest:
        self.codes += 1
        return pb.AddRoomRequest(
            request_id=new_id(), clinic_id=clinic_id, room_code=code or f"R{self.codes}", etag=etag
        )

    async def with_room(self, clinic_id: str, code: str = "") -> pb.AddRoomResponse:
        return await self.admin.call(self.directory.AddRoom, self.room(clinic_id, code))

    async def clinic(self, clinic_id: str) -> model_pb2.Clinic:
        request = pb.GetClinicRequest(clinic_id=clinic_id)
        return (await self.admin.call(self.directory.GetClinic, request)).clinic

    def enrolment(self, *clinic_ids: str) -> pb.EnrolPractitionerRequest:
        return pb.EnrolPractitionerRequest(
            request_id=new_id(),
            clinic_ids=clinic_ids,
            profession=model_pb2.PROFESSION_PHYSICIAN,
        )

    async def enrolled(self) -> str:
        """Return the id of a practitioner at a clinic of their own."""
        clinic = await self.opened()
        request = self.enrolment(clinic.clinic_id)
        answer = await self.admin.call(self.directory.EnrolPractitioner, request)
        return answer.practitioner_id

    def licence(self, practitioner_id: str, etag: str = "") -> pb.RecordLicenceRequest:
        return pb.RecordLicenceRequest(
            request_id=new_id(),
            practitioner_id=practitioner_id,
            authority_code="GMC",
            licence_number="A-123",
            valid_from=date_pb2.Date(year=2026, month=1, day=1),
            valid_until=date_pb2.Date(year=2030, month=1, day=1),
            etag=etag,
        )

    async def practitioner(self, practitioner_id: str) -> model_pb2.Practitioner:
        request = pb.GetPractitionerRequest(practitioner_id=practitioner_id)
        found = await self.admin.call(self.directory.GetPractitioner, request)
        return found.practitioner

    def patient(self, clinic_id: str) -> pb.RegisterPatientRequest:
        identity = model_pb2.Identity(
            full_name=CANARY, birth_date=date_pb2.Date(year=1990, month=2, day=3)
        )
        return pb.RegisterPatientRequest(
            request_id=new_id(),
            clinic_id=clinic_id,
            identity=identity,
            vital_status=patient_pb2.VITAL_STATUS_ALIVE,
            pregnancy_potential=patient_pb2.PREGNANCY_POTENTIAL_NOT_ASKED,
        )

    async def registered(self, clinic_id: str) -> str:
        """Return the id of a new patient of the clinic."""
        request = self.patient(clinic_id)
        answer = await self.desk.call(self.patients.RegisterPatient, request)
        return answer.patient_id
