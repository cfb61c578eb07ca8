"""The person as an aggregate, and how others find whose a record is by now."""

from services.chassis.handling import Aggregate, Reader
from services.safety.domain.hold.model import HoldKind, HoldState
from services.safety.domain.person.commands import Command, FollowAgain, FollowMerge
from services.safety.domain.person.decider import DECIDER, Kept
from services.safety.domain.person.events import Event
from services.safety.domain.person.model import Person, person_id_of
from services.safety.handlers.documents import CASES, EXPOSURES, HOLDS


async def gather_kept(
    command: FollowMerge | FollowAgain, state: Person | None, reader: Reader
) -> Kept:
    """Return the ids of all that is kept of the duplicate."""
    patient_id = command.patient_id
    exposures = await reader.find(EXPOSURES, "patient_id", patient_id)
    cases = await reader.find(CASES, "patient_id", patient_id)
    holds = [
        hold
        for hold in await reader.find(HOLDS, "subject_id", patient_id)
        if hold.subject.kind is HoldKind.PATIENT and hold.state is HoldState.ACTIVE
    ]
    return Kept(
        exposure_session_ids=tuple(sorted(each.session_id for each in exposures)),
        case_ids=tuple(sorted(each.case_id for each in cases)),
        hold_ids=tuple(sorted(each.hold_id for each in holds)),
    )


PERSON: Aggregate[Person, Command, Event, Kept | None] = Aggregate(
    "person", DECIDER, Person, gathers={FollowMerge: gather_kept, FollowAgain: gather_kept}
)


async def survivor(patient_id: str, reader: Reader) -> str:
    """Return the record that a patient's is by now: it may have been merged, and that again."""
    passed: set[str] = set()
    while patient_id not in passed:
        passed.add(patient_id)
        person = await reader.get(PERSON, person_id_of(patient_id))
        if person is None or person.into_patient_id is None:
            break
        patient_id = person.into_patient_id
    return patient_id
