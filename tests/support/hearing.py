"""Consult made to hear sessions: a policy that opens a room for every session, or fails at will."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.kernel import DomainError, derived_id
from services.chassis.runtime import Context, Service
from services.consult.domain.clinic.commands import AddRoom, Command, OpenClinic
from services.consult.domain.clinic.events import Event
from services.consult.domain.clinic.model import Clinic
from services.consult.handlers.directory import CLINIC

DURABLE = "consult-on-sessions"


def decide_alone(command: Command, state: Clinic | None, facts: object) -> Sequence[Event]:
    """Decide as a clinic does, its chain taken for registered."""
    return CLINIC.decider.decide(command, state, True)


# Consult's clinic without looking at other rows: what the chassis does with it is what is tested.
BARE_CLINIC = replace(CLINIC, gathers={}, decider=replace(CLINIC.decider, decide=decide_alone))


def open_clinic(clinic_id: str, chain_id: str, at: datetime) -> OpenClinic:
    """Return a command; the clinic's code is made from its id."""
    return OpenClinic(
        clinic_id=clinic_id,
        chain_id=chain_id,
        clinic_code=clinic_id[-12:],
        time_zone="UTC",
        jurisdiction_code="GB",
        legal_entity_code="LE",
        at=at,
    )


class Unwilling(DomainError):
    """The policy refuses, since the test told it to."""


@dataclass
class Rooms:
    """A policy: each version of a course adds a room, named after it, to the course's clinic.

    `poison` holds the ids of events that it fails on, `seen` all that it was asked about.
    """

    clinics: dict[str, str] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    error: Exception = field(default_factory=Unwilling)

    def add_room(self, event: sessions.CourseScheduled, delivery: Delivery) -> Sequence[Owed]:
        self.seen.append(delivery.event_id)
        if delivery.event_id in self.poison:
            raise self.error
        clinic = self.clinics[event.course_id]
        room = derived_id("room", delivery.event_id)
        command = AddRoom(clinic, room, f"v{delivery.version}", delivery.occurred_at)
        return [Owed(CLINIC, clinic, command)]

    def heard_by(self, service: Service, context: Context) -> Service:
        """Return the service with this policy on the stream of sessions."""
        hearing = Hearing("consult", "sessions", {sessions.CourseScheduled: self.add_room})
        return replace(service, hearings=(hearing,))
