"""command_rpc: a patient's history recorded through gRPC, against read-modify-write in a group.

Both sides are called by one client with the same requests, and store as many bytes of state and
of event. Ours checks token, role, rules, request id and version, keeps journal, hash chain and
answer, and relays meanwhile; the floor does none of that.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
from google.type import date_pb2
from grpc import aio

from mesoflow.clinical.v1 import answer_pb2, patient_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import DirectoryServiceStub, PatientServiceStub
from tests.bench.floor.rows import SCHEMA
from tests.bench.measure import Effort, Line, Round, Sample, closed_loop, latencies, rates
from tests.bench.stage import Stage

CALL_SECONDS = 20.0
PATIENTS = 600
AT_ONCE = 16
# Which chains the callers of a figure come from, and how many call at once.
CASES = (
    ("command_rpc", 1, 1),
    ("command_rpc", 1, 32),
    ("command_rpc", 1, 128),
    ("command_rpc_chains_20", 20, 32),
    ("command_rpc_chains_200", 200, 32),
)
SNOMED, RXNORM = "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
HISTORY = patient_pb2.History(
    allergies=[patient_pb2.Coding(system=SNOMED, code=c) for c in ("294505008", "91936005")],
    conditions=[patient_pb2.Coding(system=SNOMED, code=c) for c in ("38341003", "278040002")],
    medications=[patient_pb2.Coding(system=RXNORM, code=c) for c in ("314076", "310346")],
    pregnant=answer_pb2.ANSWER_NO,
    breastfeeding=answer_pb2.ANSWER_NO,
)
SIZES = """
SELECT pg_column_size(p.state), octet_length(j.payload)
FROM public.patient p JOIN chassis.journal j ON j.chain_id = p.chain_id AND j.aggregate_id = p.id
    AND j.version = p.version
WHERE p.id = $1
"""
FILL = """
INSERT INTO things (id, version, state, payload)
SELECT id, 1, 'ACTIVE', $2 FROM unnest($1::uuid[]) id
"""

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """A patient, and the token of somebody who may write to the record."""

    patient_id: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Caller:
    """The one client: each worker has patients of its own, so that no two meet at one row."""

    stub: PatientServiceStub
    patients: Sequence[Registered]
    concurrency: int
    _turns: list[int]

    async def __call__(self, worker: int) -> None:
        own = self.patients[worker :: self.concurrency]
        self._turns[worker] += 1
        patient = own[self._turns[worker] % len(own)]
        await record(self.stub, patient)


async def record(stub: PatientServiceStub, patient: Registered) -> None:
    """Record a history once."""
    request = pb.RecordHistoryRequest(
        request_id=str(uuid4()), patient_id=patient.patient_id, history=HISTORY
    )
    await stub.RecordHistory(request, timeout=CALL_SECONDS, metadata=patient.metadata)


def command_rpc(stage: Stage, effort: Effort) -> Iterator[Line]:
    """Yield the line of every case."""
    stage.serve("consult")
    ours = stage.stack.services["consult"].address
    chains = max(chains for _, chains, _ in CASES) if effort.rounds > 1 else 2
    patients = stage.run(_register(stage, ours, chains))
    sizes = stage.run(_sizes(stage, patients[0].patient_id))
    database = stage.database("floor_commands", SCHEMA)
    stage.run(_fill(database, patients, sizes[0]))
    with stage.floor("command_server", database, *map(str, sizes)) as floor:
        for figure, wanted, concurrency in CASES:
            some = _of_chains(patients, wanted)
            rounds = [
                Round(
                    *(stage.run(_side(each, some, concurrency, effort)) for each in (ours, floor))
                )
                for _ in range(effort.rounds)
            ]
            yield (latencies if concurrency == 1 else rates)(figure, concurrency, rounds)


async def _side(
    address: str, patients: Sequence[Registered], concurrency: int, effort: Effort
) -> Sample:
    async with aio.insecure_channel(address) as channel:
        caller = Caller(PatientServiceStub(channel), patients, concurrency, [0] * concurrency)
        return await closed_loop(caller, concurrency, effort.seconds)


def _of_chains(patients: Sequence[Registered], chains: int) -> Sequence[Registered]:
    """Return as many patients as ever, of the first `chains` chains in turn."""
    known = list(dict.fromkeys(patient.metadata for patient in patients))[:chains]
    return [patient for patient in patients if patient.metadata in known]


async def _register(stage: Stage, address: str, chains: int) -> list[Registered]:
    """Register patients in `chains` chains, more in the first, through the front door."""
    tokens = [stage.token(str(uuid4())) for _ in range(chains)]
    most = asyncio.Semaphore(AT_ONCE)
    async with aio.insecure_channel(address) as channel:

        async def clinic(metadata: Metadata) -> str:
            async with most:
                return await _clinic(DirectoryServiceStub(channel), metadata)

        async def patient(metadata: Metadata, clinic_id: str) -> Registered:
            async with most:
                return await _patient(PatientServiceStub(channel), metadata, clinic_id)

        clinics = await asyncio.gather(*map(clinic, tokens))
        places = list(zip(tokens, clinics, strict=True))
        wanted = [places[0]] * PATIENTS + [places[n % chains] for n in range(PATIENTS)]
        found = await asyncio.gather(*(patient(*place) for place in wanted))
        for each in found:
            await record(PatientServiceStub(channel), each)
    return found


async def _clinic(stub: DirectoryServiceStub, metadata: Metadata) -> str:
    chain = pb.RegisterChainRequest(
        request_id=str(uuid4()), short_name="bench", jurisdiction_code="GB"
    )
    await stub.RegisterChain(chain, timeout=CALL_SECONDS, metadata=metadata)
    request = pb.OpenClinicRequest(
        request_id=str(uuid4()),
        clinic_code="A1",
        time_zone="Europe/London",
        jurisdiction_code="GB",
        legal_entity_code="LE1",
    )
    reply = await stub.OpenClinic(request, timeout=CALL_SECONDS, metadata=metadata)
    return reply.clinic_id


async def _patient(stub: PatientServiceStub, metadata: Metadata, clinic_id: str) -> Registered:
    request = pb.RegisterPatientRequest(
        request_id=str(uuid4()),
        clinic_id=clinic_id,
        identity=model_pb2.Identity(
            full_name="Bench", birth_date=date_pb2.Date(year=1990, month=2, day=3)
        ),
        vital_status=patient_pb2.VITAL_STATUS_ALIVE,
        pregnancy_potential=patient_pb2.PREGNANCY_POTENTIAL_ASKED_NO,
    )
    reply = await stub.RegisterPatient(request, timeout=CALL_SECONDS, metadata=metadata)
    return Registered(reply.patient_id, metadata)


async def _sizes(stage: Stage, patient_id: str) -> tuple[int, int]:
    """Return how many bytes ours keeps of a state, and of the event that led to it."""
    connection = await asyncpg.connect(stage.stack.postgres.url("superuser", "consult"))
    try:
        row = await connection.fetchrow(SIZES, UUID(patient_id))
    finally:
        await connection.close()
    assert row is not None, "just recorded"
    return row[0], row[1]


async def _fill(database: str, patients: Sequence[Registered], state_bytes: int) -> None:
    connection = await asyncpg.connect(database)
    try:
        state = model_pb2.Patient(history=HISTORY).SerializeToString()
        await connection.execute(FILL, [UUID(each.patient_id) for each in patients], state)
    finally:
        await connection.close()
