"""Patients become one, and are erased with their keys unless something keeps the record."""

from datetime import UTC, timedelta

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import ConsultationServiceStub
from tests.integration.consult.conftest import SafetyDesk
from tests.integration.consult.records import (
    BY_NAME,
    KEYS,
    LOOKUPS,
    NAME,
    RETENTION_DAYS,
    TEXTS,
    broken,
    counted,
    erased,
    erasure,
    found,
    identified,
    identity,
    noted,
    refused,
    registered,
    shown,
    sign_retention,
)
from tests.support.calls import Refusal, new_id, refusal
from tests.support.directory import Directory
from tests.support.eventually import eventually


async def test_erasing_destroys_the_key_and_the_journal_still_verifies(
    directory: Directory, safety: SafetyDesk
) -> None:
    patient_id, other_id = await registered(directory), await registered(directory)
    assert await counted(directory, LOOKUPS, patient_id) == 3
    answer = await erased(directory, patient_id)
    assert answer.state == model_pb2.PATIENT_STATE_ERASED
    assert answer.HasField("erased_at")
    assert safety.asked == (patient_id,)
    assert await counted(directory, KEYS, patient_id) == 0
    assert await counted(directory, LOOKUPS, patient_id) == 0
    assert await counted(directory, TEXTS, patient_id) == 1
    assert await found(directory, BY_NAME) == [other_id]
    gone = Refusal("FAILED_PRECONDITION", "PATIENT_ERASED")
    for role in ("identity_reader", "break_glass"):
        assert await refusal(identified(directory, patient_id, role)) == gone
    assert await refused(directory, patient_id) == gone
    assert (await identified(directory, other_id, "identity_reader")).full_name == NAME
    assert await broken(directory) == []


async def test_nothing_is_sealed_anew_for_somebody_erased(directory: Directory) -> None:
    patient_id = await registered(directory)
    await erased(directory, patient_id)
    request = pb.AmendPatientRequest(
        request_id=new_id(), patient_id=patient_id, identity=identity()
    )
    amending = directory.desk.call(directory.patients.AmendPatient, request)
    assert await refusal(amending) == Refusal("FAILED_PRECONDITION", "PATIENT_ERASED")
    assert await counted(directory, KEYS, patient_id) == 0


async def test_a_legal_hold_keeps_the_record_until_lifted(directory: Directory) -> None:
    patient_id = await registered(directory)
    placing = pb.PlaceLegalHoldRequest(
        request_id=new_id(), patient_id=patient_id, note="a court asked"
    )
    placed = await directory.admin.call(directory.patients.PlaceLegalHold, placing)
    held = Refusal("FAILED_PRECONDITION", "LEGAL_HOLD_ACTIVE")
    assert await refused(directory, patient_id) == held
    lifting = pb.LiftLegalHoldRequest(
        request_id=new_id(), patient_id=patient_id, legal_hold_id=placed.legal_hold_id
    )
    await directory.admin.call(directory.patients.LiftLegalHold, lifting)
    assert (await erased(directory, patient_id)).state == model_pb2.PATIENT_STATE_ERASED
    assert await broken(directory) == []


async def test_a_serious_case_keeps_the_record(directory: Directory, safety: SafetyDesk) -> None:
    patient_id, open_case = await registered(directory), new_id()
    kept = Refusal("FAILED_PRECONDITION", "SERIOUS_CASE_OPEN")
    safety.case_ids = (open_case,)
    assert await refused(directory, patient_id) == kept
    safety.case_ids = ()
    await noted(directory, patient_id, serious_case_id=open_case)
    assert await refused(directory, patient_id) == kept
    assert (await identified(directory, patient_id, "identity_reader")).full_name == NAME


async def test_a_silent_safety_keeps_the_record(directory: Directory, safety: SafetyDesk) -> None:
    patient_id = await registered(directory)
    safety.silent = True
    assert await refused(directory, patient_id) == Refusal("UNAVAILABLE", "SAFETY_UNAVAILABLE")


async def test_retention_keeps_the_record_for_the_chains_time(directory: Directory) -> None:
    patient_id = await registered(directory)
    treated = directory.service.clock.now()
    await noted(directory, patient_id, last_treated_at=treated)
    missing = Refusal("FAILED_PRECONDITION", "POLICY_MISSING")
    assert await refused(directory, patient_id) == missing
    await sign_retention(directory)
    running = Refusal("FAILED_PRECONDITION", "RETENTION_RUNNING")
    assert await refused(directory, patient_id) == running


async def test_a_record_that_is_kept_is_restricted_and_erased_when_its_time_is_over(
    directory: Directory,
) -> None:
    await sign_retention(directory)
    patient_id = await registered(directory)
    treated = directory.service.clock.now()
    await noted(directory, patient_id, last_treated_at=treated)
    answer = await directory.admin.call(
        directory.patients.ErasePatient, erasure(patient_id, restrict=True)
    )
    assert answer.state == model_pb2.PATIENT_STATE_RESTRICTED
    until = answer.restricted_until.ToDatetime(tzinfo=UTC)
    assert until.date() == (treated + timedelta(days=RETENTION_DAYS)).date()
    shut = Refusal("FAILED_PRECONDITION", "PATIENT_RESTRICTED")
    assert await refusal(identified(directory, patient_id, "identity_reader")) == shut
    assert (await identified(directory, patient_id, "break_glass")).full_name == NAME
    assert await found(directory, BY_NAME) == []
    directory.service.clock.advance(days=RETENTION_DAYS + 1)

    async def gone() -> bool:
        state = (await shown(directory, patient_id)).state
        return state == model_pb2.PATIENT_STATE_ERASED

    await eventually(gone)
    assert await counted(directory, KEYS, patient_id) == 0
    assert await broken(directory) == []


async def test_an_accepted_plan_that_nobody_was_treated_for_is_withdrawn_first(
    directory: Directory,
) -> None:
    patient_id = await registered(directory)
    await directory.service.database.execute(
        "INSERT INTO plan (chain_id, id, version, born_at, shape, head_hash, state)"
        " VALUES ($1, $2, 1, now(), 1, '', jsonb_build_object("
        "'state', 'ACCEPTED', 'patient_id', $3::text))",
        directory.service.chain,
        new_id(),
        patient_id,
    )
    in_treatment = Refusal("FAILED_PRECONDITION", "PATIENT_IN_TREATMENT")
    assert await refused(directory, patient_id) == in_treatment


async def test_a_consultation_follows_its_patient(directory: Directory) -> None:
    clinic_id = (await directory.opened()).clinic_id
    duplicate, survivor = [await registered(directory, clinic_id) for _ in range(2)]
    doctor = directory.service.caller("physician", practitioner_id=new_id())
    stub = ConsultationServiceStub(directory.service.channel)
    opening = pb.OpenConsultationRequest(
        request_id=new_id(), patient_id=duplicate, clinic_id=clinic_id
    )
    consultation_id = (await doctor.call(stub.OpenConsultation, opening)).consultation_id
    merging = pb.MergePatientsRequest(
        request_id=new_id(), patient_id=duplicate, into_patient_id=survivor
    )
    await directory.admin.call(directory.patients.MergePatients, merging)

    async def followed() -> bool:
        request = pb.GetConsultationRequest(consultation_id=consultation_id)
        found = await doctor.call(stub.GetConsultation, request)
        return found.consultation.patient_id == survivor

    await eventually(followed)
    opening.request_id = new_id()
    merged = await refusal(doctor.call(stub.OpenConsultation, opening))
    assert merged == Refusal("FAILED_PRECONDITION", "PATIENT_MERGED")
    assert merged.metadata == {"into_patient_id": survivor}
    assert await broken(directory) == []


async def test_a_duplicate_becomes_one_with_the_record_that_stays_and_is_erased_with_it(
    directory: Directory, safety: SafetyDesk
) -> None:
    duplicate, survivor = await registered(directory), await registered(directory)
    merging = pb.MergePatientsRequest(
        request_id=new_id(), patient_id=duplicate, into_patient_id=survivor
    )
    answer = await directory.admin.call(directory.patients.MergePatients, merging)
    assert answer.state == model_pb2.PATIENT_STATE_MERGED

    async def taken_in() -> bool:
        return list((await shown(directory, survivor)).merged_patient_ids) == [duplicate]

    await eventually(taken_in)
    assert sorted(await found(directory, BY_NAME)) == sorted([duplicate, survivor])
    again = directory.admin.call(
        directory.patients.MergePatients,
        pb.MergePatientsRequest(
            request_id=new_id(), patient_id=duplicate, into_patient_id=survivor
        ),
    )
    assert await refusal(again) == Refusal("FAILED_PRECONDITION", "PATIENT_MERGED")
    await erased(directory, survivor)
    assert safety.asked == (survivor, duplicate)
    for patient_id in (duplicate, survivor):
        assert await counted(directory, KEYS, patient_id) == 0
        assert await counted(directory, LOOKUPS, patient_id) == 0
        gone = await refusal(identified(directory, patient_id, "break_glass"))
        assert gone == Refusal("FAILED_PRECONDITION", "PATIENT_ERASED")
    assert await broken(directory) == []


async def test_nobody_merges_into_a_record_that_they_do_not_reach(directory: Directory) -> None:
    clinic_id = (await directory.opened()).clinic_id
    duplicate, survivor = await registered(directory, clinic_id), await registered(directory)
    lead = directory.service.caller("clinical_lead", clinics=(clinic_id,))
    merging = pb.MergePatientsRequest(
        request_id=new_id(), patient_id=duplicate, into_patient_id=survivor
    )
    asked = lead.call(directory.patients.MergePatients, merging)
    assert await refusal(asked) == Refusal("NOT_FOUND", "PATIENT_NOT_FOUND")


async def test_where_the_record_that_stays_is_restricted_the_duplicate_is_too(
    directory: Directory, safety: SafetyDesk
) -> None:
    duplicate, survivor = await registered(directory), await registered(directory)
    merging = pb.MergePatientsRequest(
        request_id=new_id(), patient_id=duplicate, into_patient_id=survivor
    )
    await directory.admin.call(directory.patients.MergePatients, merging)
    safety.case_ids = (new_id(),)
    await directory.admin.call(directory.patients.ErasePatient, erasure(survivor, restrict=True))
    assert await found(directory, BY_NAME) == []
    shut = Refusal("FAILED_PRECONDITION", "PATIENT_RESTRICTED")
    for patient_id in (duplicate, survivor):
        assert await refusal(identified(directory, patient_id, "identity_reader")) == shut
        assert (await identified(directory, patient_id, "break_glass")).full_name == NAME
