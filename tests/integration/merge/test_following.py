"""A merge, an erasure and a withdrawn consent, on real servers, from what consult says on."""

from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1 import service_pb2_grpc as ops_grpc
from mesoflow.safety.v1 import model_pb2 as safety_model
from mesoflow.safety.v1 import service_pb2 as safety_pb
from mesoflow.sessions.v1 import model_pb2
from mesoflow.sessions.v1 import service_pb2 as pb
from mesoflow.sessions.v1 import service_pb2_grpc as grpc
from services.chassis.kernel import derived_id
from tests.integration.merge.treating import INJECTED, NARRATIVE, OBSERVED, Ward
from tests.support.calls import Refusal, new_id, refusal
from tests.support.eventually import eventually

WITHDRAWN = Refusal("FAILED_PRECONDITION", "CONSENT_WITHDRAWN")


async def unbroken(ward: Ward) -> None:
    """Fail where a journal of either service does not verify."""
    for service in (ward.sessions, ward.safety):
        stub = ops_grpc.OpsServiceStub(service.channel)
        found = await ward.admin.call(stub.VerifyJournal, ops.VerifyJournalRequest())
        assert not found.broken
        assert found.events_checked


async def merged(ward: Ward) -> None:
    """Let consult say that the two records are of one person."""
    await ward.say(consult.PatientMerged(patient_id=ward.duplicate, into_patient_id=ward.survivor))


async def whole_record(ward: Ward) -> tuple[str, str, str, str]:
    """Let the duplicate be treated, react and be held; return plan, session, reaction and hold."""
    plan_id = await ward.accepted(ward.duplicate)
    session_id = await ward.treated(plan_id, ward.duplicate)
    reaction_id = await ward.reported(ward.duplicate, session_id)
    await ward.measured(ward.duplicate, plan_id)
    hold_id = await ward.held(ward.duplicate)

    async def known_to_safety() -> bool:
        found = await ward.kept_in_safety(ward.duplicate)
        return bool(found.exposures and found.cases and found.cases[0].exposures and found.holds)

    await eventually(known_to_safety)
    return plan_id, session_id, reaction_id, hold_id


async def nothing_half(ward: Ward) -> None:
    """Fail where an export is given to who reaches only a part of it, or none."""
    elsewhere = ward.sessions.caller("identity_reader", clinics=[ward.other_clinic_id])
    whose = pb.ExportPatientRequest(patient_id=ward.duplicate)
    refused = await refusal(elsewhere.call(ward.courses.ExportPatient, whose))
    assert refused == Refusal("PERMISSION_DENIED", "CLINIC_FORBIDDEN")
    safe = safety_pb.ExportPatientRequest(patient_id=ward.duplicate)
    assert await refusal(elsewhere.call(ward.cases.ExportPatient, safe)) == refused


async def followed(ward: Ward) -> None:
    """Wait until both services have followed the merge."""

    async def done() -> bool:
        found = await ward.kept_in_sessions(ward.survivor)
        safe = await ward.kept_in_safety(ward.survivor)
        kept = (found.courses, found.sessions, found.outcomes, found.reactions, found.lots)
        return all((*kept, safe.exposures, safe.cases, safe.holds))

    await eventually(done)


async def test_all_that_is_kept_of_a_duplicate_follows_into_the_survivor(ward: Ward) -> None:
    plan_id, session_id, reaction_id, hold_id = await whole_record(ward)
    await nothing_half(ward)
    await merged(ward)
    await followed(ward)
    assert await ward.kept_in_sessions(ward.duplicate) == pb.ExportPatientResponse()
    safe = await ward.kept_in_safety(ward.survivor)
    [carried] = safe.holds
    assert carried.hold_id == derived_id("hold", hold_id, ward.survivor)
    assert carried.state == safety_model.HOLD_STATE_ACTIVE
    assert [each.reaction_id for each in safe.cases] == [reaction_id]
    rows = await ward.safety.database.rows("SELECT patient_id, session_id FROM public.exposures")
    assert [tuple(map(str, row)) for row in rows] == [(ward.survivor, session_id)]
    assert await ward.safety.database.value("SELECT count(*) FROM public.case_exposures") == 1
    await unbroken(ward)

    async def held() -> bool:
        found = await ward.refused(ward.booking(plan_id, days=7))
        return found.reason == "HOLD_ACTIVE"

    await eventually(held)


async def test_what_names_the_duplicate_after_the_merge_is_the_survivors(ward: Ward) -> None:
    plan_id = await ward.accepted(ward.duplicate)
    running, lot_id = await ward.running(plan_id, ward.duplicate)
    await merged(ward)
    await ward.step(running, INJECTED, lot_id)
    late_plan = await ward.accepted(ward.duplicate)
    await ward.reported(ward.duplicate, running)
    await ward.measured(ward.duplicate, plan_id)
    await ward.received(ward.duplicate)
    await ward.step(running, OBSERVED)
    complete = pb.CompleteSessionRequest(request_id=new_id(), session_id=running)
    await ward.doctor.call(ward.visits.CompleteSession, complete)
    await ward.held(ward.duplicate)

    async def all_of_it() -> bool:
        found = await ward.kept_in_sessions(ward.survivor)
        safe = await ward.kept_in_safety(ward.survivor)
        kept = (found.courses, found.sessions, found.outcomes, found.reactions, found.lots)
        known = (safe.cases, safe.exposures, safe.holds)
        return [len(each) for each in (*kept, *known)] == [2, 1, 1, 1, 2, 1, 1, 1]

    await eventually(all_of_it)
    courses = {each.plan_id for each in (await ward.kept_in_sessions(ward.survivor)).courses}
    assert courses == {plan_id, late_plan}
    [case] = (await ward.kept_in_safety(ward.survivor)).cases

    async def linked() -> bool:
        found = await ward.kept_in_safety(ward.survivor)
        return [each.session_id for each in found.cases[0].exposures] == [running]

    await eventually(linked)
    request = safety_pb.CheckErasureRequest(patient_ids=[ward.survivor, ward.duplicate])
    answer = await ward.admin.call(ward.cases.CheckErasure, request)
    assert list(answer.open_serious_case_ids) == [case.case_id]
    nobody = safety_pb.CheckErasureRequest(patient_ids=[new_id()])
    assert not (await ward.admin.call(ward.cases.CheckErasure, nobody)).open_serious_case_ids
    await unbroken(ward)


async def test_an_erasure_takes_the_keys_of_all_records_of_the_person(ward: Ward) -> None:
    await ward.reported(ward.duplicate, None)
    await ward.held(ward.duplicate)
    await merged(ward)
    whose = (ward.survivor, ward.duplicate)

    async def followed() -> bool:
        return bool((await ward.kept_in_sessions(ward.survivor)).reactions)

    await eventually(followed)
    assert [each.text for each in (await ward.kept_in_sessions(*whose)).texts] == [NARRATIVE]
    assert [each.text for each in (await ward.kept_in_safety(*whose)).texts] == [NARRATIVE]
    await ward.say(
        consult.PatientErased(patient_id=ward.survivor, merged_patient_ids=[ward.duplicate])
    )
    for service in (ward.sessions, ward.safety):
        assert await service.database.value("SELECT count(*) FROM chassis.sealed_keys") == 0
    found = await ward.kept_in_sessions(*whose)
    assert not found.texts
    assert len(found.reactions) == 1
    assert not (await ward.kept_in_safety(*whose)).texts
    reactions = grpc.ReactionServiceStub(ward.sessions.channel)
    again = ward.report(ward.duplicate, None)
    refused = await refusal(ward.doctor.call(reactions.ReportReaction, again))
    assert refused == Refusal("FAILED_PRECONDITION", "PATIENT_ERASED")
    await unbroken(ward)


async def test_a_withdrawn_consent_stops_a_running_session_and_loses_no_injection(
    ward: Ward,
) -> None:
    plan_id = await ward.accepted(ward.duplicate)
    session_id, lot_id = await ward.running(plan_id, ward.duplicate)
    await ward.say(consult.ConsentWithdrawn(plan_id=plan_id, patient_id=ward.duplicate))

    async def interrupted() -> bool:
        found = await ward.visit(session_id)
        return found.state == model_pb2.SESSION_STATE_INTERRUPTED

    await eventually(interrupted)
    found = await ward.visit(session_id)
    assert found.interruption_cause == model_pb2.INTERRUPTION_CAUSE_CONSENT_WITHDRAWN
    assert not found.HasField("interrupting_hold_id")
    # The needle was in before anybody was told: it is written down, and it is an exposure.
    await ward.step(session_id, INJECTED, lot_id)

    async def exposed() -> bool:
        safe = await ward.kept_in_safety(ward.duplicate)
        return [list(each.lot_ids) for each in safe.exposures] == [[lot_id]]

    await eventually(exposed)
    closed = await refusal(ward.step(session_id, OBSERVED))
    assert closed == Refusal("FAILED_PRECONDITION", "SESSION_CLOSED")
    assert await ward.refused(ward.booking(plan_id, days=1)) == WITHDRAWN
    await unbroken(ward)


async def test_what_had_been_injected_before_the_withdrawal_is_told_by_the_interruption(
    ward: Ward,
) -> None:
    plan_id = await ward.accepted(ward.duplicate)
    session_id, lot_id = await ward.running(plan_id, ward.duplicate)
    await ward.step(session_id, INJECTED, lot_id)
    await ward.say(consult.ConsentWithdrawn(plan_id=plan_id, patient_id=ward.duplicate))

    async def exposed() -> bool:
        safe = await ward.kept_in_safety(ward.duplicate)
        return [each.session_id for each in safe.exposures] == [session_id]

    await eventually(exposed)
    assert (await ward.visit(session_id)).state == model_pb2.SESSION_STATE_INTERRUPTED


async def test_a_course_follows_its_plan_and_a_room_of_another_clinic_is_refused(
    ward: Ward,
) -> None:
    plan_id = await ward.accepted(ward.survivor)
    elsewhere = ward.booking(plan_id, room_id=ward.other_room_id)
    assert (await ward.refused(elsewhere)).reason == "ROOM_NOT_AT_CLINIC"
    await ward.say(consult.PlanFlagged(plan_id=plan_id, patient_id=ward.survivor))
    assert (await ward.refused(ward.booking(plan_id))).reason == "COURSE_SUSPENDED"
    await ward.say(consult.PlanCleared(plan_id=plan_id, patient_id=ward.survivor))
    booked = await ward.doctor.call(ward.visits.BookSession, ward.booking(plan_id))
    await ward.say(consult.PlanMoved(plan_id=plan_id, clinic_id=ward.other_clinic_id))

    async def given_up() -> bool:
        visit = await ward.visit(booked.session_id)
        return visit.interruption_cause == model_pb2.INTERRUPTION_CAUSE_COURSE_MOVED

    await eventually(given_up)
    lot_id = await ward.received(ward.survivor)
    start = pb.StartSessionRequest(
        request_id=new_id(), session_id=booked.session_id, lot_ids=[lot_id]
    )
    refused = await refusal(ward.doctor.call(ward.visits.StartSession, start))
    assert refused == Refusal("FAILED_PRECONDITION", "SESSION_CLOSED")
