"""What is seen of a patient on a day, by the sample set and a chain's own numbers."""

from collections.abc import Sequence
from datetime import date

from services.consult.domain.consultation.model import Findings, ScreeningAnswer
from services.consult.domain.consultation.observing import Evidence, Lens, observe
from services.consult.domain.consultation.screening import Sight
from services.consult.domain.formulary.model import Policy
from services.consult.domain.patient.model import Patient
from tests.unit.consult.samples import FINDINGS, RULES, SCALES, TODAY, answers, policy


def seen(
    who: Patient,
    found: Findings = FINDINGS,
    said: Sequence[ScreeningAnswer] | None = None,
    numbers: Policy | None = None,
    day: date = TODAY,
) -> Sight:
    """Return what is seen of a patient with a history."""
    assert who.history is not None
    evidence = Evidence(found, answers() if said is None else said)
    lens = Lens(RULES, numbers or policy(), SCALES.pull_test(day), day)
    return observe(who, who.history, evidence, lens)
