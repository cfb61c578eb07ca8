"""The exposure as an aggregate, one for each session, and the cases that may stem from it."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.safety.domain.case.linking import Onset
from services.safety.domain.case.model import Case
from services.safety.domain.exposure.commands import MatchCases, RecordExposure
from services.safety.domain.exposure.decider import Matches, Whose
from services.safety.domain.exposure.model import Exposure
from services.safety.handlers.documents import CASES, EXPOSURES, Exposures
from services.safety.handlers.person import survivor
from services.safety.reference.latency import latency_windows


async def gather_whose(command: RecordExposure, state: Exposure | None, reader: Reader) -> Whose:
    """Return the record that the patient's is by now."""
    return Whose(await survivor(command.patient_id, reader))


async def gather_matches(command: MatchCases, state: Exposure | None, reader: Reader) -> Matches:
    """Return the open cases of the exposed patient that may stem from the exposure."""
    version = latency_windows().version
    if state is None:
        return Matches((), version)
    cases = await reader.find(CASES, "patient_id", state.patient_id)
    return Matches([case.case_id for case in cases if may_stem_from(case, state)], version)


def may_stem_from(case: Case, exposure: Exposure) -> bool:
    """Tell whether a case may stem from `exposure`. Every case is open so far."""
    onset = Onset(case.onset_at, case.suspected_session_id, latency_windows().of(case.term))
    return onset.may_stem_from(exposure)


EXPOSURE: Exposures = replace(
    EXPOSURES, gathers={RecordExposure: gather_whose, MatchCases: gather_matches}
)
