"""How a course follows what becomes of its plan: changed, flagged, moved, signed for, ended."""

from services.sessions.domain.course.commands import (
    CloseCourse,
    MoveCourse,
    OpenCourse,
    ResumeCourse,
    SuspendCourse,
    TakeOnCourse,
)
from services.sessions.domain.course.events import (
    CourseAmended,
    CourseClosed,
    CourseMoved,
    CourseResumed,
    CourseSuspended,
    CourseTakenOn,
)
from services.sessions.domain.course.model import (
    Course,
    CourseCloseReason,
    CourseState,
    redated,
)

OVER = (CourseState.CLOSED, CourseState.COMPLETED)


def amended(command: OpenCourse, state: Course) -> list[CourseAmended]:
    """Return the change by a plan that is accepted again; nothing where it is followed already.

    A consent signed anew opens again what the withdrawal of the old one had ended.
    """
    if not accepted_anew(command, state):
        return []
    return [
        CourseAmended(
            course_id=state.course_id,
            plan_id=state.plan_id,
            patient_id=state.patient_id,
            clinic_id=command.clinic_id,
            quote_id=command.quote_id,
            cocktail=command.cocktail,
            protocol=command.protocol,
            sessions_planned=len(command.protocol.windows),
            windows=redated(state, command.protocol),
            terms_version=command.terms_version,
            earliest_session_at=command.earliest_session_at,
            amended_at=command.at,
        )
    ]


def accepted_anew(command: OpenCourse, state: Course) -> bool:
    """Tell whether the acceptance is newer than what the course follows."""
    if state.close_reason is CourseCloseReason.PLAN_WITHDRAWN:
        return False
    reopens = state.closed_at is not None and command.at > state.closed_at
    return reopens or command.terms_version > state.terms_version


def suspended(command: SuspendCourse, state: Course) -> list[CourseSuspended]:
    """Return the wait of a course that has something left to wait with."""
    awaited = command.awaited_terms_version
    if state.state in OVER:
        return []
    if awaited and awaited <= max(state.terms_version, state.awaited_terms_version):
        return []
    if not awaited and state.state is CourseState.SUSPENDED:
        return []
    return [CourseSuspended(state.course_id, state.plan_id, state.patient_id, command.at, awaited)]


def resumed(command: ResumeCourse, state: Course) -> list[CourseResumed]:
    """Return the going on, unless a change of the plan must be accepted first."""
    if state.state is not CourseState.SUSPENDED:
        return []
    if state.awaited_terms_version > state.terms_version:
        return []
    return [CourseResumed(state.course_id, state.plan_id, state.patient_id, command.at)]


def moved(command: MoveCourse, state: Course) -> list[CourseMoved]:
    """Return the move to a clinic where the course is not yet."""
    if command.clinic_id == state.clinic_id:
        return []
    return [
        CourseMoved(state.course_id, state.plan_id, state.patient_id, command.clinic_id, command.at)
    ]


def taken_on(command: TakeOnCourse, state: Course) -> list[CourseTakenOn]:
    """Return the signature that a moved course waits for."""
    if not state.awaits_responsible:
        return []
    return [
        CourseTakenOn(
            state.course_id, state.plan_id, state.patient_id, command.practitioner_id, command.at
        )
    ]


def closed(command: CloseCourse, state: Course) -> list[CourseClosed]:
    """Return the end of a course that has not ended; a completed one has nothing left to end."""
    if state.state in OVER:
        return []
    return [
        CourseClosed(state.course_id, state.plan_id, state.patient_id, command.reason, command.at)
    ]
