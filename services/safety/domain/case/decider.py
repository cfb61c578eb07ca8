"""How a case opens: is it serious, and which sessions may have led to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.kernel import Decider, Fact, Put
from services.safety.domain.case.commands import Command
from services.safety.domain.case.events import CaseOpened, Event
from services.safety.domain.case.latency import LatencyWindow
from services.safety.domain.case.model import Case, CaseExposure, CaseState
from services.safety.domain.exposure.model import Exposure

GRADE_OF_DEATH = 5  # By the scale's own definition (DOMAIN 6.2), and death is serious (6.3).


@dataclass(frozen=True, slots=True)
class Background:
    """What a case rests on: the patient's exposures so far, and the rows of its term.

    `window` is None where reference data give the term no latency.
    """

    exposures: Sequence[Exposure]
    window: LatencyWindow | None
    serious_by_rule: bool


NOTHING_KNOWN = Background((), None, False)


def decide(command: Command, state: Case | None, facts: Background | None) -> Sequence[Event]:
    """Return the opening; nothing for a case that is open."""
    if state is not None:
        return []
    known = facts or NOTHING_KNOWN
    return [
        CaseOpened(
            case_id=command.case_id,
            reaction_id=command.reaction_id,
            patient_id=command.patient_id,
            clinic_id=command.clinic_id,
            term=command.term,
            severity_grade=command.severity_grade,
            serious=serious(command, known.serious_by_rule),
            criteria=command.criteria,
            exposures=linked(command, known),
            onset_at=command.onset_at,
            first_aware_at=command.first_aware_at or command.at,
            opened_at=command.at,
        )
    ]


def serious(command: Command, by_rule: bool) -> bool:
    """Tell whether it is serious: by a criterion, by its term (DOMAIN 6.3), or because it killed.

    No other grade makes it so: severity is not seriousness (DOMAIN 6.2, rule 13).
    """
    return bool(command.criteria) or by_rule or command.severity_grade == GRADE_OF_DEATH


def linked(command: Command, known: Background) -> tuple[CaseExposure, ...]:
    """Return the sessions that may have led to the reaction, latest first (DOMAIN rule 14)."""
    latest_first = sorted(
        known.exposures, key=lambda each: (each.administered_at, each.session_id), reverse=True
    )
    return tuple(
        case_exposure(exposure, elapsed)
        for exposure in latest_first
        if may_have_led((elapsed := since(exposure, command)), exposure, command, known.window)
    )


def since(exposure: Exposure, command: Command) -> timedelta:
    """Return how long before the onset it was given.

    A session is dated by its end, so the reaction it is suspected of may have begun before
    that: no time had passed then.
    """
    elapsed = command.onset_at - exposure.administered_at
    return max(elapsed, timedelta()) if suspected(exposure, command) else elapsed


def may_have_led(
    elapsed: timedelta, exposure: Exposure, command: Command, window: LatencyWindow | None
) -> bool:
    """Tell whether the onset lies in the window; the session that is suspected always counts.

    A person's suspicion is a reason of its own, and all there is where the term has no window.
    """
    return suspected(exposure, command) or (window is not None and window.covers(elapsed))


def suspected(exposure: Exposure, command: Command) -> bool:
    """Tell whether the report names this session."""
    return exposure.session_id == command.session_id


def case_exposure(exposure: Exposure, elapsed: timedelta) -> CaseExposure:
    """Return an exposure as its case keeps it."""
    return CaseExposure(
        session_id=exposure.session_id,
        lot_ids=exposure.lot_ids,
        practitioner_id=exposure.practitioner_id,
        room_id=exposure.room_id,
        device_head_id=exposure.device_head_id,
        days_before_onset=elapsed.days,
    )


def evolve(state: Case | None, event: Event) -> Case:
    """Return the state after `event`."""
    return Case(
        case_id=event.case_id,
        state=CaseState.OPEN,
        reaction_id=event.reaction_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        term=event.term,
        severity_grade=event.severity_grade,
        serious=event.serious,
        criteria=event.criteria,
        exposures=event.exposures,
        onset_at=event.onset_at,
        first_aware_at=event.first_aware_at,
        opened_at=event.opened_at,
    )


def project(event: Event) -> Sequence[Fact]:
    """Return one row for each lot of each linked session: exposure joined to harm."""
    return [
        Put(
            "case_exposures",
            {
                "lot_id": lot_id,
                "session_id": exposure.session_id,
                "case_id": event.case_id,
                "days_before_onset": exposure.days_before_onset,
            },
        )
        for exposure in event.exposures
        for lot_id in exposure.lot_ids
    ]


DECIDER: Decider[Case, Command, Event, Background | None] = Decider(decide, evolve, project)
