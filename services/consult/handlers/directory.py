"""Chain, clinic and practitioner as aggregates."""

from collections.abc import Sequence

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.chain import commands as chain_commands
from services.consult.domain.chain import events as chain_events
from services.consult.domain.chain.decider import DECIDER as CHAIN_DECIDER
from services.consult.domain.chain.model import Chain
from services.consult.domain.clinic import commands as clinic_commands
from services.consult.domain.clinic import events as clinic_events
from services.consult.domain.clinic.decider import DECIDER as CLINIC_DECIDER
from services.consult.domain.clinic.errors import ClinicCodeTaken
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.practitioner import commands as practitioner_commands
from services.consult.domain.practitioner import events as practitioner_events
from services.consult.domain.practitioner.decider import DECIDER as PRACTITIONER_DECIDER
from services.consult.domain.practitioner.model import Practitioner

CHAIN: Aggregate[Chain, chain_commands.Command, chain_events.Event, None] = Aggregate(
    "chain", CHAIN_DECIDER, Chain
)


async def gather_chain(
    command: clinic_commands.OpenClinic, state: Clinic | None, reader: Reader
) -> bool:
    """Tell whether the chain is registered."""
    return await reader.get(CHAIN, command.chain_id) is not None


CLINIC: Aggregate[Clinic, clinic_commands.Command, clinic_events.Event, bool | None] = Aggregate(
    "clinic",
    CLINIC_DECIDER,
    Clinic,
    gathers={clinic_commands.OpenClinic: gather_chain},
    constraints={"clinic_codes_pkey": ClinicCodeTaken},
)


async def time_zone_of(reader: Reader, clinic_id: str) -> str:
    """Return the time zone of a clinic of the chain."""
    clinic = await reader.get(CLINIC, clinic_id)
    return clinic.time_zone if clinic else "UTC"


async def gather_missing_clinics(
    command: practitioner_commands.EnrolPractitioner | practitioner_commands.AmendPractitioner,
    state: Practitioner | None,
    reader: Reader,
) -> Sequence[str]:
    """Return the clinics of `command` that the chain does not have."""
    return [c for c in command.clinic_ids if await reader.get(CLINIC, c) is None]


PRACTITIONER: Aggregate[
    Practitioner,
    practitioner_commands.Command,
    practitioner_events.Event,
    Sequence[str] | None,
] = Aggregate(
    "practitioner",
    PRACTITIONER_DECIDER,
    Practitioner,
    shape=2,
    gathers={
        practitioner_commands.EnrolPractitioner: gather_missing_clinics,
        practitioner_commands.AmendPractitioner: gather_missing_clinics,
    },
)
