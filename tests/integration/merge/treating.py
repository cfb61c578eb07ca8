"""Sessions and safety as they run, their neighbours consult and billing in the test's hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from grpc import aio

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import hold_pb2, outcome_pb2, reaction_pb2, scalp_pb2
from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.safety.v1 import model_pb2 as safety_model
from mesoflow.safety.v1 import service_pb2 as safety_pb
from mesoflow.safety.v1 import service_pb2_grpc as safety_grpc
from mesoflow.sessions.v1 import events_pb2 as own
from mesoflow.sessions.v1 import model_pb2
from mesoflow.sessions.v1 import service_pb2 as pb
from mesoflow.sessions.v1 import service_pb2_grpc as own_grpc
from services.chassis.kernel import derived_id
from services.chassis.mapping import to_message
from tests.support.calls import Caller, Refusal, new_id, refusal, refusal_of
from tests.support.eventually import eventually
from tests.support.neighbour import Neighbour, said
from tests.support.running import RunningService
from tests.unit.sessions.cases import OPENED

TERMS = to_message(OPENED, own.CourseOpened)
STEPS = [
    scalp_pb2.Step.Value(f"STEP_{name}")
    for name in ("IDENTITY_CONFIRMED", "RESCREENED", "LOTS_CHECKED", "SCALP_CLEANED")
]
INJECTED, OBSERVED = scalp_pb2.STEP_INJECTED, scalp_pb2.STEP_OBSERVED
NARRATIVE = "what the patient said"


@dataclass
class Ward:
    """One chain with two clinics, a doctor, and two records that are of one person."""

    sessions: RunningService
    safety: RunningService
    consult: Neighbour
    billing: Neighbour
    clinic_id: str = field(default_factory=new_id)
    room_id: str = field(default_factory=new_id)
    other_clinic_id: str = field(default_factory=new_id)
    other_room_id: str = field(default_factory=new_id)
    doctor_id: str = field(default_factory=new_id)
    duplicate: str = field(default_factory=new_id)
    survivor: str = field(default_factory=new_id)
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def chain(self) -> str:
        return self.sessions.chain

    @property
    def doctor(self) -> Caller:
        return self.sessions.caller(
            "physician", "safety_officer", "identity_reader", practitioner_id=self.doctor_id
        )

    @property
    def admin(self) -> Caller:
        return self.sessions.caller("chain_admin", "auditor")

    @property
    def courses(self) -> own_grpc.CourseServiceStub:
        return own_grpc.CourseServiceStub(self.sessions.channel)

    @property
    def visits(self) -> own_grpc.SessionServiceStub:
        return own_grpc.SessionServiceStub(self.sessions.channel)

    @property
    def cases(self) -> safety_grpc.CaseServiceStub:
        return safety_grpc.CaseServiceStub(self.safety.channel)

    async def say(self, *events: Message) -> None:
        """Let the neighbour whose events they are say them, and wait until they are answered."""
        for event in events:
            speaker = self.billing if isinstance(event, billing.DepositPaid) else self.consult
            item = said(event, chain=self.chain)
            version = self.versions[item.aggregate_id] = self.versions.get(item.aggregate_id, 0) + 1
            item = said(event, chain=self.chain, version=version)
            await speaker.say(item)
        await self.consult.answered("sessions-on-consult")
        await self.consult.answered("safety-on-consult")
        await self.billing.answered("sessions-on-billing")

    async def opened(self) -> "Ward":
        """Open the clinics with their rooms and people."""
        await self.say(
            consult.ClinicOpened(clinic_id=self.clinic_id, time_zone="Europe/London"),
            consult.ClinicOpened(clinic_id=self.other_clinic_id, time_zone="Pacific/Auckland"),
            consult.RoomAdded(clinic_id=self.clinic_id, room_id=self.room_id),
            consult.RoomAdded(clinic_id=self.other_clinic_id, room_id=self.other_room_id),
            consult.PractitionerEnrolled(practitioner_id=self.doctor_id),
            consult.LicenceRecorded(
                practitioner_id=self.doctor_id,
                licence_id=new_id(),
                authority_code="GMC",
                valid_from=Date(year=2020, month=1, day=1),
                valid_until=Date(year=2099, month=1, day=1),
            ),
            consult.PatientRegistered(patient_id=self.duplicate),
            consult.PatientRegistered(patient_id=self.survivor),
        )
        return self

    async def accepted(self, patient_id: str) -> str:
        """Return the id of a plan that is accepted and paid for."""
        plan_id = new_id()
        event = consult.PlanAccepted(
            plan_id=plan_id,
            patient_id=patient_id,
            clinic_id=self.clinic_id,
            quote_id=new_id(),
            cocktail=TERMS.cocktail,
            protocol=TERMS.protocol,
            terms_version=1,
        )
        await self.say(event)
        await self.say(billing.DepositPaid(account_id=new_id(), plan_id=plan_id))
        return plan_id

    async def received(self, patient_id: str) -> str:
        """Return the id of a lot for a patient; each has a label of its own."""
        request = pb.ReceiveLotRequest(
            request_id=new_id(),
            clinic_id=self.clinic_id,
            for_patient_id=patient_id,
            product_code="MIX-1",
            lot_number=new_id()[-12:],
            contents=TERMS.cocktail,
            expires_on=Date(year=2098, month=1, day=1),
        )
        lots = own_grpc.LotServiceStub(self.sessions.channel)
        lot_id = (await self.doctor.call(lots.ReceiveLot, request)).lot_id
        await self.quiet()
        return lot_id

    async def quiet(self) -> None:
        """Wait until sessions has answered all that it said itself."""

        async def raised() -> bool:
            waiting = "SELECT count(*) FROM chassis.outbox"
            found = await self.sessions.database.value(waiting)
            return found == 0

        await eventually(raised)

    def booking(self, plan_id: str, room_id: str = "", days: int = 0) -> pb.BookSessionRequest:
        request = pb.BookSessionRequest(
            request_id=new_id(),
            course_id=derived_id("course", plan_id),
            room_id=room_id or self.room_id,
            practitioner_id=self.doctor_id,
            duration_minutes=30,
        )
        request.starts_at.FromDatetime(datetime.now(UTC) + timedelta(days=days))
        return request

    async def refused(self, request: pb.BookSessionRequest) -> Refusal:
        """Return how a booking is refused."""
        return await refusal(self.doctor.call(self.visits.BookSession, request))

    async def running(self, plan_id: str, patient_id: str) -> tuple[str, str]:
        """Return the ids of a session that runs, ready for the needle, and of its lot."""
        lot_id = await self.received(patient_id)
        booked = await self.doctor.call(self.visits.BookSession, self.booking(plan_id))
        start = pb.StartSessionRequest(session_id=booked.session_id, lot_ids=[lot_id])

        async def started() -> bool:
            start.request_id = new_id()
            try:
                await self.doctor.call(self.visits.StartSession, start)
            except aio.AioRpcError as error:
                # The gates of a lot are raised by an event: until then it is not heard of.
                if refusal_of(error).reason != "SUBJECT_UNKNOWN":
                    raise
                return False
            return True

        await eventually(started)
        for name in STEPS:
            await self.step(booked.session_id, name)
        return booked.session_id, lot_id

    async def step(
        self, session_id: str, step: scalp_pb2.Step.ValueType, lot_id: str = ""
    ) -> pb.RecordStepResponse:
        """Record a step, with an injection where a lot is given."""
        injection = scalp_pb2.Injection(
            lot_id=lot_id,
            zone=scalp_pb2.SCALP_ZONE_VERTEX,
            technique=scalp_pb2.TECHNIQUE_NAPPAGE,
            depth_micrometres=3_000,
            points=20,
            volume_microlitres=2_000,
        )
        request = pb.RecordStepRequest(
            request_id=new_id(),
            session_id=session_id,
            step=step,
            injections=[injection] if lot_id else [],
        )
        return await self.doctor.call(self.visits.RecordStep, request)

    async def treated(self, plan_id: str, patient_id: str) -> str:
        """Return the id of a session that was performed."""
        session_id, lot_id = await self.running(plan_id, patient_id)
        await self.step(session_id, INJECTED, lot_id)
        await self.step(session_id, OBSERVED)
        request = pb.CompleteSessionRequest(request_id=new_id(), session_id=session_id)
        await self.doctor.call(self.visits.CompleteSession, request)
        return session_id

    async def reported(self, patient_id: str, session_id: str | None) -> str:
        """Return the id of a serious reaction, told in words."""
        reactions = own_grpc.ReactionServiceStub(self.sessions.channel)
        request = self.report(patient_id, session_id)
        return (await self.doctor.call(reactions.ReportReaction, request)).reaction_id

    def report(self, patient_id: str, session_id: str | None) -> pb.ReportReactionRequest:
        request = pb.ReportReactionRequest(
            request_id=new_id(),
            patient_id=patient_id,
            session_id=session_id,
            clinic_id=self.clinic_id,
            term=reaction_pb2.REACTION_TERM_ANAPHYLACTIC_REACTION,
            severity_grade=4,
            criteria=[reaction_pb2.SERIOUSNESS_CRITERION_LIFE_THREATENING],
            narrative=NARRATIVE,
        )
        request.onset_at.FromDatetime(datetime.now(UTC))
        return request

    async def measured(self, patient_id: str, plan_id: str) -> str:
        """Return the id of an outcome."""
        outcomes = own_grpc.OutcomeServiceStub(self.sessions.channel)
        request = pb.MeasureOutcomeRequest(
            request_id=new_id(),
            patient_id=patient_id,
            plan_id=plan_id,
            outcome=outcome_pb2.Outcome(
                measure=outcome_pb2.MEASURE_PULL_TEST_SHED, value_thousandths=4_000, week=12
            ),
            assessor=outcome_pb2.ASSESSOR_KIND_BLINDED,
        )
        return (await self.doctor.call(outcomes.MeasureOutcome, request)).outcome_id

    async def held(self, patient_id: str) -> str:
        """Return the id of a hold on a patient."""
        holds = safety_grpc.HoldServiceStub(self.safety.channel)
        subject = hold_pb2.HoldSubject(kind=hold_pb2.HOLD_KIND_PATIENT, subject_id=patient_id)
        request = safety_pb.PlaceHoldRequest(
            request_id=new_id(),
            subject=subject,
            reason=safety_model.HOLD_REASON_ALLERGY,
            note=NARRATIVE,
        )
        return (await self.doctor.call(holds.PlaceHold, request)).hold_id

    async def visit(self, session_id: str) -> model_pb2.Session:
        request = pb.GetSessionRequest(session_id=session_id)
        return (await self.doctor.call(self.visits.GetSession, request)).session

    async def kept_in_sessions(self, *patient_ids: str) -> pb.ExportPatientResponse:
        """Return the export of a person's records by sessions."""
        first, *others = patient_ids
        request = pb.ExportPatientRequest(patient_id=first, merged_patient_ids=others)
        return await self.doctor.call(self.courses.ExportPatient, request)

    async def kept_in_safety(self, *patient_ids: str) -> safety_pb.ExportPatientResponse:
        """Return the export of a person's records by safety."""
        first, *others = patient_ids
        request = safety_pb.ExportPatientRequest(patient_id=first, merged_patient_ids=others)
        return await self.doctor.call(self.cases.ExportPatient, request)
