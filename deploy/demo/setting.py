"""The chain that patients are treated in: directory, those who treat, price list."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from google.type.date_pb2 import Date

from deploy.demo.answers import Answers
from deploy.demo.client import CHAIN_ADMIN, OPERATOR, Client, Speaker
from mesoflow.consult.v1.model_pb2 import Profession
from mesoflow.consult.v1.service_pb2 import (
    AddRoomRequest,
    EnrolPractitionerRequest,
    RecordLicenceRequest,
    RegisterChainRequest,
)
from mesoflow.ops.v1.service_pb2 import GetClockRequest, MoveClockRequest

ROOM_CODES = ("R1", "R2")
# Rooms and people are booked in steps of the clock.
BOOKED_IN = timedelta(minutes=5)


@dataclass(slots=True)
class Diary:
    """One room and one practitioner for everybody: patients come one after the other."""

    free_at: datetime = datetime.min  # noqa: DTZ901 - naive, as `now` is

    def take(self, now: datetime, length: timedelta) -> datetime:
        """Return when the next visit begins; nobody else's begins before it has ended."""
        starts_at = max(now, self.free_at)
        starts_at += (datetime.min - starts_at) % BOOKED_IN  # noqa: DTZ901 - naive, as `now` is
        self.free_at = starts_at + length
        return starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A chain that is ready to treat."""

    chain_id: str
    clinic_id: str
    room_ids: tuple[str, ...]
    physician_id: str
    practitioner_id: str
    diary: Diary = field(default_factory=Diary)

    @property
    def physician(self) -> Speaker:
        return Speaker("physician", self.physician_id)

    @property
    def clinical_lead(self) -> Speaker:
        """Return the physician as the one who signs the chain's reference data."""
        return Speaker("clinical_lead", self.physician_id)

    @property
    def practitioner(self) -> Speaker:
        return Speaker("practitioner", self.practitioner_id)


async def set_up(client: Client, answers: Answers) -> Setting:
    """Register the client's chain, open a clinic, enrol those who treat, sign and price."""
    directory = client.consult.directory
    chain = RegisterChainRequest(
        short_name=str(answers.chain["short_name"]),
        jurisdiction_code=str(answers.chain["jurisdiction_code"]),
    )
    await client.call(directory.RegisterChain, chain, CHAIN_ADMIN)
    clinic = await client.call(directory.OpenClinic, answers.clinic, CHAIN_ADMIN)
    today = (await now(client)).date()
    licence = (today, today + timedelta(days=answers.licence_days))
    rooms = [await _room(client, clinic.clinic_id, code) for code in ROOM_CODES]
    setting = Setting(
        chain_id=client.chain_id,
        clinic_id=clinic.clinic_id,
        room_ids=tuple(rooms),
        physician_id=await _enrolled(client, clinic.clinic_id, "PHYSICIAN", licence),
        practitioner_id=await _enrolled(client, clinic.clinic_id, "PRACTITIONER", licence),
    )
    policy = answers.policy
    policy.policy.effective_from.CopyFrom(dated(today))
    await client.call(client.consult.formulary.SignPolicy, policy, setting.clinical_lead)
    prices = answers.price_list
    prices.effective_from.CopyFrom(dated(today))
    await client.call(client.billing.price_lists.PublishPriceList, prices, CHAIN_ADMIN)
    return setting


async def now(client: Client) -> datetime:
    """Return the time that the services believe it is."""
    clock = client.operations["sessions"].clock
    reply = await client.call(clock.GetClock, GetClockRequest(), OPERATOR)
    return reply.clock_at.ToDatetime(tzinfo=None)


async def let_pass(client: Client, days: int) -> None:
    """Move the development clock of all four services ahead by `days`."""
    clock = client.operations["sessions"].clock
    known = await client.call(clock.GetClock, GetClockRequest(), OPERATOR)
    offset = known.offset_seconds + int(timedelta(days=days).total_seconds())
    await asyncio.gather(
        *(
            client.call(each.clock.MoveClock, MoveClockRequest(offset_seconds=offset), OPERATOR)
            for each in client.operations.values()
        )
    )


def dated(day: date) -> Date:
    """Return a day as the wire has it."""
    return Date(year=day.year, month=day.month, day=day.day)


async def _room(client: Client, clinic_id: str, code: str) -> str:
    request = AddRoomRequest(clinic_id=clinic_id, room_code=code)
    return (await client.call(client.consult.directory.AddRoom, request, CHAIN_ADMIN)).room_id


async def _enrolled(
    client: Client, clinic_id: str, profession: str, licence: tuple[date, date]
) -> str:
    """Enrol somebody with a licence from one day to another, and return their id."""
    directory = client.consult.directory
    enrol = EnrolPractitionerRequest(
        clinic_ids=[clinic_id], profession=Profession.Value(f"PROFESSION_{profession}")
    )
    enrolled = await client.call(directory.EnrolPractitioner, enrol, CHAIN_ADMIN)
    record = RecordLicenceRequest(
        practitioner_id=enrolled.practitioner_id,
        authority_code="DEMO",
        licence_number=f"DEMO-{profession}",
        valid_from=dated(licence[0]),
        valid_until=dated(licence[1]),
    )
    await client.call(directory.RecordLicence, record, CHAIN_ADMIN)
    return enrolled.practitioner_id
