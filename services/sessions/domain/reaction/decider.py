"""How a reaction decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.kernel import Decider
from services.sessions.domain.gate.errors import SubjectUnknown
from services.sessions.domain.lot.errors import ClinicNotFound
from services.sessions.domain.reaction.commands import Command
from services.sessions.domain.reaction.errors import SessionNotOfPatient
from services.sessions.domain.reaction.events import Event, ReactionObserved
from services.sessions.domain.reaction.model import Reaction
from services.sessions.domain.session.errors import SessionNotFound
from services.sessions.domain.session.model import Session


@dataclass(frozen=True, slots=True)
class Heard:
    """Whose the report is now, None of a patient not heard of; and the suspected session.

    `session_patient_id` is whose that session is now: either may have been merged meanwhile.
    """

    patient_id: str | None
    clinic: bool
    session: Session | None = None
    session_patient_id: str | None = None


def decide(command: Command, state: Reaction | None, facts: Heard) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    if state is not None:
        return []
    if facts.patient_id is None:
        raise SubjectUnknown
    if not facts.clinic:
        raise ClinicNotFound
    if command.session_id is not None:
        refuse_foreign_session(facts)
    # Nobody knew of it later than now: the reporting clocks start with the first who did.
    aware_at = min(command.first_aware_at or command.at, command.at)
    return [
        ReactionObserved(
            reaction_id=command.reaction_id,
            patient_id=facts.patient_id,
            session_id=command.session_id,
            clinic_id=command.clinic_id,
            plan_id=facts.session.plan_id if facts.session is not None else None,
            term=command.term,
            severity_grade=command.severity_grade,
            grading_version=command.grading_version,
            criteria=command.criteria,
            narrative=command.narrative,
            onset_at=command.onset_at,
            first_aware_at=aware_at,
            observed_at=command.at,
        )
    ]


def refuse_foreign_session(facts: Heard) -> None:
    """Refuse a suspected session that is not there or is another patient's."""
    if facts.session is None:
        raise SessionNotFound
    if facts.session_patient_id != facts.patient_id:
        raise SessionNotOfPatient


def evolve(state: Reaction | None, event: Event) -> Reaction:
    """Return the state after `event`."""
    return Reaction(
        reaction_id=event.reaction_id,
        patient_id=event.patient_id,
        session_id=event.session_id,
        clinic_id=event.clinic_id,
        plan_id=event.plan_id,
        term=event.term,
        severity_grade=event.severity_grade,
        grading_version=event.grading_version,
        criteria=event.criteria,
        onset_at=event.onset_at,
        first_aware_at=event.first_aware_at,
        observed_at=event.observed_at,
        narrative=event.narrative,
    )


DECIDER: Decider[Reaction, Command, Event, Heard] = Decider(decide, evolve)
