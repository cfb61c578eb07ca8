"""How a case opens, and how it is laid against exposures that come on record after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chassis.kernel import Decider, Fact, Put, Remove
from services.safety.domain.case.commands import Command, LinkExposures, OpenCase
from services.safety.domain.case.errors import CaseNotFound
from services.safety.domain.case.events import CaseExposureLinked, CaseOpened, Event
from services.safety.domain.case.latency import LatencyWindow
from services.safety.domain.case.linking import Onset, latest_first, linked
from services.safety.domain.case.model import Case, CaseExposure, CaseState
from services.safety.domain.exposure.model import Exposure

GRADE_OF_DEATH = 5  # By the scale's own definition (DOMAIN 6.2), and death is serious (6.3).


@dataclass(frozen=True, slots=True)
class Background:
    """What a case rests on: whose it is by now, their exposures so far, the rows of its term.

    `window` is None where reference data give the term no latency.
    """

    patient_id: str
    exposures: Sequence[Exposure]
    window: LatencyWindow | None
    serious_by_rule: bool
    latency_windows_version: str
    serious_terms_version: str


def decide(command: Command, state: Case | None, facts: Background | None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    match command:
        case OpenCase():
            return opened(command, known(facts)) if state is None else []
        case LinkExposures():
            if state is None:
                raise CaseNotFound
            return newly_linked(command, state, known(facts))


def known(facts: Background | None) -> Background:
    """Return what a case rests on: every command of a case gathers it."""
    assert facts is not None, "an open case has its background"
    return facts


def opened(command: OpenCase, facts: Background) -> list[Event]:
    """Return the opening, with the exposures that are on record."""
    onset = Onset(command.onset_at, command.session_id, facts.window)
    return [
        CaseOpened(
            case_id=command.case_id,
            reaction_id=command.reaction_id,
            patient_id=facts.patient_id,
            suspected_session_id=command.session_id,
            clinic_id=command.clinic_id,
            term=command.term,
            severity_grade=command.severity_grade,
            serious=serious(command, facts.serious_by_rule),
            criteria=command.criteria,
            exposures=linked(onset, facts.exposures),
            latency_windows_version=facts.latency_windows_version,
            serious_terms_version=facts.serious_terms_version,
            onset_at=command.onset_at,
            first_aware_at=command.first_aware_at or command.at,
            opened_at=command.at,
        )
    ]


def newly_linked(command: LinkExposures, state: Case, facts: Background) -> list[Event]:
    """Return a link to each exposure that may have led to the reaction and has none yet.

    One with a lot that came to light since it was linked is linked again, whole.
    """
    onset = Onset(state.onset_at, state.suspected_session_id, facts.window)
    have = {exposure.session_id: set(exposure.lot_ids) for exposure in state.exposures}
    return [
        CaseExposureLinked(
            case_id=state.case_id,
            reaction_id=state.reaction_id,
            patient_id=state.patient_id,
            clinic_id=state.clinic_id,
            exposure=exposure,
            latency_windows_version=facts.latency_windows_version,
            linked_at=command.at,
        )
        for exposure in linked(onset, facts.exposures)
        if set(exposure.lot_ids) - have.get(exposure.session_id, set())
    ]


def serious(command: OpenCase, by_rule: bool) -> bool:
    """Tell whether it is serious: by a criterion, by its term (DOMAIN 6.3), or because it killed.

    No other grade makes it so: severity is not seriousness (DOMAIN 6.2, rule 13).
    """
    return bool(command.criteria) or by_rule or command.severity_grade == GRADE_OF_DEATH


def evolve(state: Case | None, event: Event) -> Case:
    """Return the state after `event`."""
    if isinstance(event, CaseOpened):
        return born(event)
    assert state is not None, "a case opens before anything is linked to it"
    others = [each for each in state.exposures if each.session_id != event.exposure.session_id]
    return replace(state, exposures=latest_first((*others, event.exposure)))


def born(event: CaseOpened) -> Case:
    """Return the case as it opens."""
    return Case(
        case_id=event.case_id,
        state=CaseState.OPEN,
        reaction_id=event.reaction_id,
        patient_id=event.patient_id,
        suspected_session_id=event.suspected_session_id,
        clinic_id=event.clinic_id,
        term=event.term,
        severity_grade=event.severity_grade,
        serious=event.serious,
        criteria=event.criteria,
        exposures=event.exposures,
        latency_windows_version=event.latency_windows_version,
        serious_terms_version=event.serious_terms_version,
        onset_at=event.onset_at,
        first_aware_at=event.first_aware_at,
        opened_at=event.opened_at,
    )


def project(event: Event) -> Sequence[Fact]:
    """Return one row for each lot of each linked session: exposure joined to harm."""
    if isinstance(event, CaseOpened):
        return [fact for each in event.exposures for fact in rows(event.case_id, each)]
    linked_before: dict[str, object] = {
        "case_id": event.case_id,
        "session_id": event.exposure.session_id,
    }
    return [Remove("case_exposures", linked_before), *rows(event.case_id, event.exposure)]


def rows(case_id: str, exposure: CaseExposure) -> list[Fact]:
    """Return one row for each lot of a linked session."""
    return [
        Put(
            "case_exposures",
            {
                "lot_id": lot_id,
                "session_id": exposure.session_id,
                "case_id": case_id,
                "days_before_onset": exposure.days_before_onset,
            },
        )
        for lot_id in exposure.lot_ids
    ]


DECIDER: Decider[Case, Command, Event, Background | None] = Decider(decide, evolve, project)
