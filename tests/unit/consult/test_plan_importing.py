"""A half-used course of another system comes in by the front door, and once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.chassis.kernel import DomainError, Put, Remove
from services.consult.domain.plan import errors
from services.consult.domain.plan.commands import ImportPlan, ProposePlan
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import PlanAccepted, PlanProposed
from services.consult.domain.plan.model import Money, PlanImport, PlanWithdrawalReason
from services.consult.domain.practitioner.model import Profession
from services.consult.handlers.plan import PLAN as PLANS
from tests.unit.consult.plans import (
    ACCEPT,
    ACCEPTANCE,
    ENDED,
    QUOTED,
    RUNNING,
    SIGNED,
    after,
)
from tests.unit.consult.samples import (
    CONSULTATION,
    EXCLUDING,
    NOW,
    PLAN,
    TODAY,
    cocktail,
    consultation,
    doctor,
    proposal_facts,
    propose,
    proposed,
    quoted,
)

COURSE = PlanImport("OLD-SYSTEM", "4711", 4, date(2026, 11, 20), 3, Money("GBP", 450, 0))
IMPORT = ImportPlan(
    plan_id=PLAN,
    patient_id=proposed().patient_id,
    consultation_id=CONSULTATION,
    clinic_id=proposed().clinic_id,
    practitioner_id=proposed().practitioner_id,
    goals=proposed().goals,
    cocktail=cocktail(),
    protocol_code="DUT-INTENSIVE-7",
    imported=COURSE,
    at=NOW,
)


def imported(**changes: object) -> ImportPlan:
    """Return the import with another course."""
    named: dict[str, Any] = dict(changes)
    return replace(IMPORT, imported=replace(COURSE, **named))


def brought_in(command: ImportPlan = IMPORT) -> PlanProposed:
    [event] = after().when(command, proposal_facts())
    assert isinstance(event, PlanProposed)
    return event


def test_what_is_left_of_a_course_is_proposed() -> None:
    found = brought_in()
    # Weeks 5, 7 and 11 of the template.
    assert [w.ideal_days for w in found.protocol.windows] == [0, 14, 42]
    assert (found.induction_sessions, found.sessions_12_months) == (3, 3)
    assert found.imported == COURSE
    assert found.resumes_on == COURSE.last_performed_on + timedelta(days=10)


REFUSED: list[tuple[ImportPlan, Mapping[str, object], type[DomainError]]] = [
    (imported(sessions_performed=7), {}, errors.ScheduleInvalid),
    (imported(last_performed_on=TODAY + timedelta(days=1)), {}, errors.ScheduleInvalid),
    (imported(prepaid_sessions=4), {}, errors.ScheduleInvalid),
    (imported(prepaid_amount=None), {}, errors.ScheduleInvalid),
    (imported(prepaid_sessions=0), {}, errors.ScheduleInvalid),
    (IMPORT, {"consultation": consultation(EXCLUDING)}, errors.IngredientBlocked),
    (IMPORT, {"practitioner": doctor(Profession.NURSE)}, errors.ProfessionNotAllowed),
    (
        replace(IMPORT, cocktail=cocktail(("minoxidil", 5_001))),
        {},
        errors.DoseExceeded,
    ),
]


@pytest.mark.parametrize(("command", "changes", "refusal"), REFUSED)
def test_there_is_no_side_door(
    command: ImportPlan, changes: Mapping[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        after().when(command, proposal_facts(**changes))


def test_nothing_needs_to_be_prepaid() -> None:
    assert brought_in(imported(prepaid_sessions=0, prepaid_amount=None)).imported is not None


def test_its_first_session_here_waits_for_its_window() -> None:
    late = replace(brought_in(), resumes_on=date(2026, 12, 24))
    [accepted] = after(late, quoted(), SIGNED).when(ACCEPT, ACCEPTANCE)
    assert isinstance(accepted, PlanAccepted)
    assert accepted.earliest_session_at == datetime(2026, 12, 24, tzinfo=UTC)
    assert accepted.imported == COURSE


def test_a_course_is_let_in_once_and_again_where_that_was_an_error() -> None:
    assert DECIDER.project is not None
    row: dict[str, object] = {
        "system_code": "OLD-SYSTEM",
        "external_reference_code": "4711",
        "plan_id": PLAN,
    }
    assert DECIDER.project(brought_in()) == [Put("imports", row)]
    mistaken = replace(ENDED, reason=PlanWithdrawalReason.ENTERED_IN_ERROR)
    assert DECIDER.project(mistaken) == [Remove("imports", {"plan_id": PLAN})]
    assert [DECIDER.project(event) for event in (ENDED, *RUNNING)] == [[]] * (1 + len(RUNNING))
    assert PLANS.constraints["imports_pkey"] is errors.PlanAlreadyImported


@pytest.mark.parametrize("command", [IMPORT, propose()])
def test_a_plan_is_begun_once(command: ImportPlan | ProposePlan) -> None:
    with pytest.raises(errors.PlanNotFound):
        after(*QUOTED).when(command, proposal_facts())
