"""A consult in memory: documents, the deciders with their gathers, and what it hears of itself."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, TypeVar, cast

from services.chassis.delivery import Delivery
from services.chassis.handling import Aggregate, AnyAggregate, Owed
from services.chassis.kernel import DomainError, SealedText
from services.consult.domain.formulary.model import formulary_of
from services.consult.domain.formulary.rows import version_on
from services.consult.domain.plan.model import PlanState
from services.consult.events.consumers import HEARINGS
from services.consult.events.published import CONTRACT
from services.consult.handlers.consultation import CONSULTATION as CONSULTATIONS
from services.consult.handlers.directory import CLINIC as CLINICS
from services.consult.handlers.directory import PRACTITIONER as PRACTITIONERS
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.patient import PATIENT as PATIENTS
from services.consult.handlers.plan import PLAN as PLANS
from tests.unit.consult.plans import OTHER_CLINIC, RUNNING, plan_after
from tests.unit.consult.samples import (
    CHAIN,
    CLINIC,
    CONSULTATION,
    DOCTOR,
    NOW,
    PATIENT,
    PLAN,
    RULES,
    TODAY,
    assessment,
    clinic,
    consultation,
    doctor,
    patient,
    policy,
    signed,
)

ReadT = TypeVar("ReadT")
[OWN] = [each for each in HEARINGS if each.source == "consult"]
NOTE = SealedText("note", "v1", b"\3" * 32)
DOUBLE = PATIENT.replace("a1", "a2")


@dataclass
class House:
    """Documents by aggregate and key; what was published waits in `outbox` until it is heard."""

    at: datetime = NOW
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)
    outbox: deque[Delivery] = field(default_factory=deque)
    published: int = 0
    chain_id: str = CHAIN

    # ── handling.Reader ──────────────────────────────────────────────────────────────────────

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        return cast(ReadT | None, self.kept.get((aggregate.name, key)))

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        return [self.kept[aggregate.name, key] for key in await self.ids(aggregate, column, value)]

    async def ids(self, aggregate: AnyAggregate, column: str, value: str) -> Sequence[str]:
        """Return what has the value; of plans, those that are open for the column of this name."""
        return [
            key
            for (name, key), state in self.kept.items()
            if name == aggregate.name
            and (column == "open_plans" or generated(state, column) == value)
        ]

    # ── commands, and what follows ───────────────────────────────────────────────────────────

    def ask(self, aggregate: AnyAggregate, key: str, command: object) -> Sequence[object]:
        """Run a command of somebody's, a moment after the last; a refusal changes nothing."""
        self.at += timedelta(minutes=1)
        try:
            return asyncio.run(self.run(Owed(aggregate, key, command)))
        except DomainError:
            return []

    async def run(self, owed: Owed) -> Sequence[object]:
        place = (owed.aggregate.name, owed.key)
        state = self.kept.get(place)
        gather = owed.aggregate.gathers.get(type(owed.command))
        facts = await gather(owed.command, state, self) if gather else None
        events = owed.aggregate.decider.decide(owed.command, state, facts)
        for event in events:
            self.publish(owed, event)
        if events:
            self.kept[place] = reduce(owed.aggregate.decider.evolve, events, state)
        return events

    def publish(self, owed: Owed, event: object) -> None:
        """Let an event be heard, in its turn."""
        self.published += 1
        name, body = CONTRACT.encode(event)
        self.outbox.append(
            Delivery(
                event_id=str(self.published),
                chain_id=CHAIN,
                aggregate_id=owed.key,
                version=self.published,
                type=name,
                body=body,
                traceparent=None,
                occurred_at=self.at,
            )
        )

    def hear(self) -> None:
        """Hear all that was published, and what follows from it."""
        while self.outbox:
            delivery = self.outbox.popleft()
            if delivery.type in OWN.types:
                asyncio.run(self.answer(delivery))

    async def answer(self, delivery: Delivery) -> None:
        for owed in OWN.owed(delivery):
            if isinstance(owed, Owed):
                await self.run(owed)
                continue
            for key in await self.ids(owed.aggregate, owed.column, owed.value):
                await self.run(owed.to(key, self.at))


def generated(state: Any, column: str) -> str:  # noqa: ANN401 - any document
    """Return what a column of the migrations says of a document."""
    if column == "accepted_for":
        return str(state.patient_id) if state.state is PlanState.ACCEPTED else ""
    return str(getattr(state, column))


def running() -> House:
    """Return a house with an accepted plan, a duplicate of its patient, and two clinics."""
    house, later = House(), TODAY + timedelta(days=300)
    by_then = version_on(RULES.version, signed(policy()), TODAY)
    by_both = replace(doctor(until=later), clinic_ids=(CLINIC, OTHER_CLINIC))
    house.kept = {
        (CLINICS.name, CLINIC): clinic(),
        (CLINICS.name, OTHER_CLINIC): replace(clinic("US"), clinic_id=OTHER_CLINIC),
        (PRACTITIONERS.name, DOCTOR): by_both,
        (FORMULARY.name, formulary_of(CHAIN)): signed(policy()),
        (PATIENTS.name, PATIENT): replace(patient(), planned=True),
        (PATIENTS.name, DOUBLE): patient(patient_id=DOUBLE, clinic_id=OTHER_CLINIC),
        (CONSULTATIONS.name, CONSULTATION): consultation(assessment(rules_version=by_then)),
        (PLANS.name, PLAN): plan_after(*RUNNING),
    }
    return house
