"""The case as an aggregate, and what its opening and its links rest on."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.safety.domain.case.commands import LinkExposures, OpenCase
from services.safety.domain.case.decider import Background
from services.safety.domain.case.model import Case, ReactionTerm
from services.safety.handlers.documents import CASES, EXPOSURES, Cases
from services.safety.handlers.person import survivor
from services.safety.reference.latency import latency_windows
from services.safety.reference.seriousness import serious_terms


async def gather_report(command: OpenCase, state: Case | None, reader: Reader) -> Background:
    """Return what the case of a report rests on."""
    return await background(await survivor(command.patient_id, reader), command.term, reader)


async def gather_links(
    command: LinkExposures, state: Case | None, reader: Reader
) -> Background | None:
    """Return what an open case rests on by now."""
    return await background(state.patient_id, state.term, reader) if state is not None else None


async def background(patient_id: str, term: ReactionTerm, reader: Reader) -> Background:
    """Return the patient's exposures so far, and the rows of the term."""
    windows, terms = latency_windows(), serious_terms()
    return Background(
        patient_id=patient_id,
        exposures=await reader.find(EXPOSURES, "patient_id", patient_id),
        window=windows.of(term),
        serious_by_rule=term in terms.terms,
        latency_windows_version=windows.version,
        serious_terms_version=terms.version,
    )


CASE: Cases = replace(CASES, gathers={OpenCase: gather_report, LinkExposures: gather_links})
