"""What a chain asks about its patients' records, and what is left of them in the store."""

from datetime import UTC, datetime

from google.type import date_pb2

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import FormularyServiceStub
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from services.chassis.handling import Owed
from services.consult.domain.patient.commands import NoteObligation
from services.consult.events.published import CONTRACT
from services.consult.handlers.patient import PATIENT
from tests.support.calls import Refusal, new_id, refusal
from tests.support.directory import Directory
from tests.support.parts import parts

NAME, PHONE, ADDRESS = "Zzcanary Quillfeather", "+44 20 7946 0123", "zz@canary.example"
BORN = date_pb2.Date(year=1990, month=2, day=3)
BY_NAME = pb.FindPatientsRequest(full_name="zzcanary  QUILLFEATHER", birth_date=BORN)
BY_PHONE = pb.FindPatientsRequest(phone_number="(44) 20 79460123")
BY_ADDRESS = pb.FindPatientsRequest(email_address="ZZ@Canary.example")
LOOKUPS = "SELECT count(*) FROM chassis.sealed WHERE item LIKE 'lookup:%' AND owner_id = $1"
KEYS = "SELECT count(*) FROM chassis.sealed_keys WHERE owner_id = $1"
TEXTS = "SELECT count(*) FROM chassis.sealed WHERE item = 'identity' AND owner_id = $1"
RETENTION_DAYS = 30


def identity(name: str = NAME) -> model_pb2.Identity:
    return model_pb2.Identity(
        full_name=name, birth_date=BORN, phone_number=PHONE, email_address=ADDRESS
    )


async def registered(directory: Directory, clinic_id: str = "") -> str:
    """Return the id of a patient who said who they are."""
    clinic_id = clinic_id or (await directory.opened()).clinic_id
    request = directory.patient(clinic_id)
    request.identity.CopyFrom(identity())
    return (await directory.desk.call(directory.patients.RegisterPatient, request)).patient_id


async def found(directory: Directory, request: pb.FindPatientsRequest, *clinics: str) -> list[str]:
    desk = directory.service.caller("front_desk", chain=directory.chain, clinics=clinics)
    answer = await desk.call(directory.patients.FindPatients, request)
    return [patient.patient_id for patient in answer.patients]


async def identified(directory: Directory, patient_id: str, role: str) -> model_pb2.Identity:
    request = pb.GetPatientIdentityRequest(patient_id=patient_id)
    caller = directory.service.caller(role, chain=directory.chain)
    return (await caller.call(directory.patients.GetPatientIdentity, request)).identity


async def shown(directory: Directory, patient_id: str) -> model_pb2.Patient:
    request = pb.GetPatientRequest(patient_id=patient_id)
    return (await directory.desk.call(directory.patients.GetPatient, request)).patient


def erasure(patient_id: str, restrict: bool = False) -> pb.ErasePatientRequest:
    return pb.ErasePatientRequest(
        request_id=new_id(), patient_id=patient_id, restrict_if_kept=restrict
    )


async def erased(directory: Directory, patient_id: str) -> pb.ErasePatientResponse:
    return await directory.admin.call(directory.patients.ErasePatient, erasure(patient_id))


async def refused(directory: Directory, patient_id: str) -> Refusal:
    return await refusal(erased(directory, patient_id))


async def noted(directory: Directory, patient_id: str, **what: datetime | str) -> None:
    """Do what a policy owes when it hears of `what`."""
    service = directory.service
    command = NoteObligation(patient_id, datetime.now(UTC), **what)  # type: ignore[arg-type]  # by name
    async with parts(service.database, CONTRACT) as bench:
        bench.chain = directory.chain or service.chain
        await bench.handle(Owed(PATIENT, patient_id, command))


async def sign_retention(directory: Directory) -> None:
    """Let the chain's clinical lead sign for how long records are kept."""
    practitioner_id = await directory.enrolled()
    await directory.admin.call(
        directory.directory.RecordLicence, directory.licence(practitioner_id)
    )
    lead = directory.service.caller("clinical_lead", practitioner_id=practitioner_id)
    today = directory.service.clock.now().date()
    day = date_pb2.Date(year=today.year, month=today.month, day=today.day)
    policy = model_pb2.Policy(effective_from=day, retention_days=RETENTION_DAYS)
    stub = FormularyServiceStub(directory.service.channel)
    await lead.call(stub.SignPolicy, pb.SignPolicyRequest(request_id=new_id(), policy=policy))


async def broken(directory: Directory) -> list[ops.BrokenLink]:
    stub = OpsServiceStub(directory.service.channel)
    auditor = directory.service.caller("auditor")
    answer = await auditor.call(stub.VerifyJournal, ops.VerifyJournalRequest())
    assert answer.events_checked > 0
    return list(answer.broken)


async def counted(directory: Directory, statement: str, patient_id: str) -> object:
    return await directory.service.database.value(statement, patient_id)
