"""What becomes known of a patient after acceptance stops what it forbids, over the services."""

from collections.abc import Callable

from deploy.demo.client import BILLING, CHAIN_ADMIN, FRONT_DESK, eventually
from deploy.demo.course import ACTS, ask_to_start, courses_of
from deploy.demo.treatment import Treatment
from deploy.local.stack import Stack
from mesoflow.clinical.v1.answer_pb2 import Answer
from mesoflow.clinical.v1.patient_pb2 import History, VitalStatus
from mesoflow.consult.v1.model_pb2 import Plan
from mesoflow.consult.v1.service_pb2 import (
    AmendPatientRequest,
    GetPlanRequest,
    GetPlanResponse,
    ListPlansRequest,
    MergePatientsRequest,
    RecordHistoryRequest,
)
from mesoflow.sessions.v1.model_pb2 import InterruptionCause
from tests.e2e.test_consent import (
    book_now,
    credits_of,
    ended,
    reason_of,
    record,
    scheduled,
    suspended,
)
from tests.support.chains import TREATED, founded, step_named, steps_before, take

DIED = VitalStatus.VITAL_STATUS_DECEASED
LIVES = VitalStatus.VITAL_STATUS_ALIVE


async def test_the_next_session_of_a_patient_who_died_is_refused(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("session started"))
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 1, "the kept credit"
        )
        await amend(patient, DIED)
        plan = await flagged(patient, bool)
        assert list(plan.flag_codes) == [f"PATIENT_DECEASED/{patient.patient_id}"]
        await eventually(lambda: courses_of(patient), suspended, "the suspended course")
        session = await ended(patient)
        assert session.interruption_cause == InterruptionCause.INTERRUPTION_CAUSE_PATIENT_DECEASED
        assert not session.HasField("started_at")
        assert await reason_of(ask_to_start(patient)) == "SESSION_CLOSED"
        assert await reason_of(book_now(patient)) == "PATIENT_DECEASED"
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 0, "the freed credit"
        )

        # It was somebody else of the same name. What was given up is booked anew.
        await amend(patient, LIVES)
        await flagged(patient, lambda codes: not codes)
        await eventually(lambda: courses_of(patient), scheduled, "the resumed course")
        await take(patient, [step_named("session booked"), step_named("session started")])
        assert patient.refused is None
        assert await chain.differences(empty={"safety"}) == []


async def test_a_running_session_goes_no_further_with_a_patient_who_died(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("steps recorded"))
        await record(patient, ACTS[0])
        await amend(patient, DIED)
        await eventually(lambda: courses_of(patient), suspended, "the suspended course")
        assert await reason_of(record(patient, ACTS[1])) == "PATIENT_DECEASED"
        await amend(patient, LIVES)
        await eventually(lambda: courses_of(patient), scheduled, "the resumed course")
        await record(patient, ACTS[1])
        assert await chain.differences(empty={"safety"}) == []


async def test_a_running_session_goes_no_further_where_a_rule_forbids_it_by_now(
    stack: Stack,
) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("steps recorded"))
        await record(patient, ACTS[0])
        known = History()
        known.CopyFrom(patient.scripted.history)
        known.breastfeeding = Answer.ANSWER_YES
        await tell(patient, known)
        plan = await flagged(patient, bool)
        assert all(code.startswith(("NOT_SUITABLE/", "INGREDIENT_")) for code in plan.flag_codes)
        assert any(code.startswith("NOT_SUITABLE/") for code in plan.flag_codes)
        # The till knows that the plan waits, and not what the patient has.
        till = ListPlansRequest(patient_id=patient.patient_id, flagged=True)
        read = await chain.client.call(chain.client.consult.plans.ListPlans, till, BILLING)
        assert [list(each.flag_codes) for each in read.plans] == [[]]
        await eventually(lambda: courses_of(patient), suspended, "the suspended course")
        assert await reason_of(record(patient, ACTS[1])) == "COURSE_SUSPENDED"

        # Said in error; what is told again and forbids nothing stops nobody.
        await tell(patient, patient.scripted.history)
        await flagged(patient, lambda codes: not codes)
        await eventually(lambda: courses_of(patient), scheduled, "the resumed course")
        await record(patient, ACTS[1])
        assert await chain.differences(empty={"safety"}) == []


async def test_what_a_duplicate_said_stops_the_survivors_plan(stack: Stack) -> None:
    async with founded(stack) as chain:
        survivor = await take(chain.patient(TREATED), steps_before("session booked"))
        double = await take(chain.patient(TREATED), [step_named("registered")])
        said = History()
        said.CopyFrom(survivor.scripted.history)
        said.breastfeeding = Answer.ANSWER_YES
        await tell(double, said)
        merge = MergePatientsRequest(
            patient_id=double.patient_id, into_patient_id=survivor.patient_id
        )
        patients = chain.client.consult.patients
        await chain.client.call(patients.MergePatients, merge, CHAIN_ADMIN)
        plan = await flagged(survivor, bool)
        assert any(code.startswith("NOT_SUITABLE/") for code in plan.flag_codes)
        await eventually(lambda: courses_of(survivor), suspended, "the suspended course")
        assert await reason_of(ask_and_book(survivor)) == "COURSE_SUSPENDED"
        assert await chain.differences(empty={"safety"}) == []


async def ask_and_book(patient: Treatment) -> None:
    """Ask for a session of the patient's one course."""
    patient.course_id = (await courses_of(patient)).courses[0].course_id
    await book_now(patient)


async def amend(patient: Treatment, vital_status: VitalStatus.ValueType) -> None:
    """Amend whether the patient lives."""
    request = AmendPatientRequest(patient_id=patient.patient_id, vital_status=vital_status)
    await patient.client.call(patient.client.consult.patients.AmendPatient, request, FRONT_DESK)


async def tell(patient: Treatment, history: History) -> None:
    """Record a history of the patient anew."""
    request = RecordHistoryRequest(patient_id=patient.patient_id, history=history)
    patients, physician = patient.client.consult.patients, patient.setting.physician
    await patient.client.call(patients.RecordHistory, request, physician)


async def flagged(patient: Treatment, holds: Callable[[list[str]], bool]) -> Plan:
    """Wait until the codes of the plan's flag are as wanted."""
    request = GetPlanRequest(plan_id=patient.plan_id)
    plans = patient.client.consult.plans

    async def read() -> GetPlanResponse:
        return await patient.client.call(plans.GetPlan, request, FRONT_DESK)

    found = await eventually(read, lambda reply: holds(list(reply.plan.flag_codes)), "the flag")
    return found.plan
