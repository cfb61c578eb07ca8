"""Consult's clinic with a reminder: a timer that, once due, adds a room named after its round."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.chassis.handling import Aggregate
from services.chassis.kernel import Decider, DomainError, Fact, Timer
from services.chassis.runtime import Context, Service
from services.consult.domain.clinic.events import ClinicOpened, Event, RoomAdded
from services.consult.domain.clinic.model import Clinic
from tests.support.hearing import BARE_CLINIC

AFTER = timedelta(days=30)


class NotYet(DomainError):
    """The reminder cannot be given now."""


@dataclass(frozen=True, slots=True)
class Remind:
    """Add the next room."""

    clinic_id: str
    at: datetime


@dataclass
class Reminders:
    """A clinic whose opening, and each of its first `rounds` rooms, sets the same timer anew."""

    rounds: int = 1
    refuses: bool = False
    fired: int = 0

    def decide(self, command: Any, state: Clinic | None, facts: object) -> Sequence[Event]:  # noqa: ANN401 - any command
        if not isinstance(command, Remind):
            return BARE_CLINIC.decider.decide(command, state, None)
        self.fired += 1
        if self.refuses:
            raise NotYet
        assert state is not None
        n = len(state.rooms)
        return [RoomAdded(state.clinic_id, state.clinic_id, f"reminder-{n}", command.at)]

    def project(self, event: Event) -> Sequence[Fact]:
        match event:
            case ClinicOpened():
                return [self.timer(event.clinic_id, event.opened_at)]
            case RoomAdded() if int(event.room_code.rpartition("-")[2]) + 1 < self.rounds:
                return [self.timer(event.clinic_id, event.added_at)]
            case _:
                return []

    def timer(self, clinic_id: str, since: datetime) -> Timer:
        return Timer(f"reminder {clinic_id}", since + AFTER, "remind", "clinic", clinic_id)

    @property
    def aggregate(self) -> Aggregate[Clinic, Any, Event, Any]:
        decider: Decider[Clinic, Any, Event, Any] = Decider(
            self.decide, BARE_CLINIC.decider.evolve, self.project
        )
        return Aggregate("clinic", decider, Clinic)

    @property
    def firings(self) -> dict[str, Any]:
        return {"remind": (self.aggregate, Remind)}

    def in_service(self, service: Service, context: Context) -> Service:
        return replace(service, firings=self.firings)
