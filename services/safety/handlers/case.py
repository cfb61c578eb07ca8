"""The case as an aggregate, and what its opening rests on."""

from services.chassis.handling import Aggregate, Reader
from services.safety.domain.case.commands import Command, OpenCase
from services.safety.domain.case.decider import DECIDER, Background
from services.safety.domain.case.events import Event
from services.safety.domain.case.model import Case
from services.safety.handlers.exposure import EXPOSURE
from services.safety.reference.latency import latency_windows
from services.safety.reference.seriousness import serious_terms


async def gather_background(command: OpenCase, state: Case | None, reader: Reader) -> Background:
    """Return the patient's exposures so far, and the rows of the term."""
    return Background(
        exposures=await reader.find(EXPOSURE, "patient_id", command.patient_id),
        window=latency_windows().of(command.term),
        serious_by_rule=command.term in serious_terms().terms,
    )


CASE: Aggregate[Case, Command, Event, Background | None] = Aggregate(
    "case", DECIDER, Case, gathers={OpenCase: gather_background}
)
