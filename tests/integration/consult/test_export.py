"""A patient's export, whole or none, on real servers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import pytest

from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.clinical.v1 import answer_pb2, diagnosis_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import (
    ConsultationServiceStub,
    PatientServiceStub,
)
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import model_pb2 as sessions_model
from mesoflow.sessions.v1 import service_pb2 as sessions
from services.chassis.runtime import Context, Service
from services.consult.api import patient
from services.consult.api.erasure import Erasure
from services.consult.api.export import Export, Held
from services.consult.clients.safety import Safety
from services.consult.events.published import CONTRACT
from services.consult.main import build
from services.consult.store.typed import PostgresTyped
from tests.integration.conftest import Serve
from tests.integration.consult.plans import with_plan
from tests.support.calls import Refusal, new_id, refusal
from tests.support.databases import Database
from tests.support.directory import CANARY, Directory, founded
from tests.support.parts import Parts, parts
from tests.support.running import Blueprint, RunningService


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Parts]:
    """Consult's store, without a server around it."""
    async with parts(database, CONTRACT) as made:
        yield made


class Answering:
    """Neighbours that hold one course."""

    async def export(self, patient_ids: Sequence[str]) -> Held:
        course = sessions_model.Course(patient_id=patient_ids[0])
        return (
            sessions.ExportPatientResponse(courses=[course]),
            billing.ExportPatientResponse(),
            safety.ExportPatientResponse(),
        )


def answered(service: Service, context: Context) -> Service:
    """Return consult with neighbours that answer."""
    api = context.api
    export = Export(api, Answering(), PostgresTyped(context.pool, CONTRACT))
    asked = patient.servicer(api, Erasure(api, Safety(context.channels["safety"])), export)
    others = [each for each in service.servicers if each.name != asked.name]
    return replace(service, servicers=(*others, asked))


@dataclass
class Subject:
    """A patient with a consultation, about whom things were typed."""

    directory: Directory
    clinic: str
    patient_id: str

    @property
    def service(self) -> RunningService:
        return self.directory.service

    async def export(
        self, role: str = "identity_reader", chain: str = "", clinics: Sequence[str] = ()
    ) -> pb.ExportPatientResponse:
        stub = PatientServiceStub(self.service.channel)
        who = self.service.caller(role, chain=chain, clinics=clinics)
        request = pb.ExportPatientRequest(patient_id=self.patient_id)
        return await who.call(stub.ExportPatient, request)


async def made(service: RunningService) -> Subject:
    """Return a patient whose findings were noted twice, each time with another text."""
    directory = await founded(service)
    clinic = (await directory.opened()).clinic_id
    patient_id = await directory.registered(clinic)
    doctor = service.caller("physician", practitioner_id=await directory.enrolled())
    stub = ConsultationServiceStub(service.channel)
    opening = pb.OpenConsultationRequest(
        request_id=new_id(), patient_id=patient_id, clinic_id=clinic
    )
    opened = await doctor.call(stub.OpenConsultation, opening)
    findings = diagnosis_pb2.Findings(
        diagnosis=diagnosis_pb2.DIAGNOSIS_MALE_ANDROGENETIC,
        scale=diagnosis_pb2.SCALE_NORWOOD_HAMILTON,
        grade_code="III_VERTEX",
        trichoscopy_done=True,
        photo_digests=[b"\x01" * 32],
        bdd_positive=answer_pb2.ANSWER_NO,
    )
    for note in ("first words", "second words"):
        request = pb.RecordFindingsRequest(
            request_id=new_id(),
            consultation_id=opened.consultation_id,
            findings=findings,
            note=note,
        )
        await doctor.call(stub.RecordFindings, request)
    return Subject(directory, clinic, patient_id)


async def test_an_export_holds_everything_with_what_was_typed(
    serve: Serve, database: Database
) -> None:
    held = await made(await serve(Blueprint("consult", CONTRACT, build, answered)))
    told = await held.export()
    assert told.identity.full_name == CANARY
    assert told.patient.patient_id == held.patient_id
    [consultation] = told.consultations
    assert [(each.record_id, each.item, each.text) for each in told.texts] == [
        (consultation.consultation_id, "note", "first words"),
        (consultation.consultation_id, "note", "second words"),
    ]
    [course] = told.sessions.courses
    assert course.patient_id == held.patient_id
    assert told.HasField("exported_at")
    read = await database.rows(
        "SELECT subject_id, verdict FROM chassis.audit WHERE method LIKE '%ExportPatient'"
    )
    assert [(str(row["subject_id"]), row["verdict"]) for row in read] == [(held.patient_id, "READ")]


async def test_a_duplicate_that_is_not_taken_in_yet_is_exported_too(
    serve: Serve, database: Database
) -> None:
    held = await made(await serve(Blueprint("consult", CONTRACT, build, answered)))
    survivor = replace(held, patient_id=await held.directory.registered(held.clinic))
    await database.execute(
        "UPDATE patient SET state = state || jsonb_build_object("
        "'state', 'MERGED', 'into_patient_id', $2::text) WHERE id = $1",
        held.patient_id,
        survivor.patient_id,
    )
    told = await survivor.export()
    assert [each.patient_id for each in told.consultations] == [held.patient_id]
    assert {each.text for each in told.texts} >= {"first words", "second words"}


async def test_an_export_is_refused_to_whom_it_is_not_for(serve: Serve) -> None:
    held = await made(await serve(Blueprint("consult", CONTRACT, build, answered)))
    assert await refusal(held.export("front_desk")) == Refusal("PERMISSION_DENIED", "ROLE_MISSING")
    missing = Refusal("NOT_FOUND", "PATIENT_NOT_FOUND")
    assert await refusal(held.export(chain=new_id())) == missing
    assert await refusal(held.export(clinics=(new_id(),))) == missing
    assert (await held.export(clinics=(held.clinic,))).HasField("patient")


async def test_what_is_of_another_clinic_refuses_the_whole(serve: Serve, bench: Parts) -> None:
    held = await made(await serve(Blueprint("consult", CONTRACT, build, answered)))
    other = (await held.directory.opened()).clinic_id
    await with_plan(bench, held.service.chain, patient_id=held.patient_id, clinic_id=other)
    forbidden = Refusal("PERMISSION_DENIED", "CLINIC_FORBIDDEN")
    assert await refusal(held.export(clinics=(held.clinic,))) == forbidden
    assert len((await held.export(clinics=(held.clinic, other))).plans) == 1


async def test_where_a_neighbour_is_silent_there_is_no_export(consult: RunningService) -> None:
    held = await made(consult)
    assert await refusal(held.export()) == Refusal("UNAVAILABLE", "NEIGHBOUR_UNAVAILABLE")
