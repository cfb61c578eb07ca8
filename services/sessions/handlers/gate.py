"""The gate as an aggregate, and how others read the gates they pass."""

from collections.abc import Iterable
from operator import itemgetter

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.gate.commands import Command
from services.sessions.domain.gate.decider import DECIDER
from services.sessions.domain.gate.events import Event
from services.sessions.domain.gate.model import Gate, gate_id_of

GATE: Aggregate[Gate, Command, Event, None] = Aggregate("gate", DECIDER, Gate, shape=3)


async def gates_of(
    subjects: Iterable[HoldSubject], reader: Reader
) -> dict[HoldSubject, Gate | None]:
    """Return the gate of each subject, held still; in one order everywhere, so none deadlocks."""
    gates: dict[HoldSubject, Gate | None] = {}
    for gate_id, subject in sorted(((gate_id_of(s), s) for s in subjects), key=itemgetter(0)):
        gate = await reader.get(GATE, gate_id)
        gates[subject] = gate
    return gates


async def time_zone_of(clinic_id: str, reader: Reader) -> str | None:
    """Return the time zone whose days count at a clinic; None of one not heard of yet."""
    gate = await reader.get(GATE, gate_id_of(HoldSubject(HoldKind.CLINIC, clinic_id)))
    return None if gate is None else gate.time_zone


async def known(kind: HoldKind, subject_id: str, reader: Reader) -> bool:
    """Tell whether a subject has been heard of: whether its gate stands."""
    return await reader.get(GATE, gate_id_of(HoldSubject(kind, subject_id))) is not None
