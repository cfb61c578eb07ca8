"""What a record may be written in: the codes of the reference data, held against what is said.

A code that no row has is refused where it is recorded, for a rule that never sees it is silent: an
allergy to "lidocain" would keep nobody from lidocaine. Codes of public systems are taken as they
are; the reference data knows some of them, and nobody knows them all.
"""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import DateInvalid, Violation
from services.consult.domain.consultation.screening import CodingConcept
from services.consult.domain.dating import FIRST_ZONE, is_in_force
from services.consult.domain.formulary.chairside import (
    Lab,
    LabResultKind,
    Labs,
    SupplementaryTherapies,
    SupplementaryTherapy,
)
from services.consult.domain.patient.clinical import Coding, History, LabResult
from services.consult.domain.patient.errors import (
    CodingUnknown,
    LabResultInvalid,
    LabUnitUnknown,
    LabUnknown,
)

OWN_SYSTEMS = "urn:mesoflow:"
THERAPY_SYSTEM = "urn:mesoflow:therapy"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The laboratory tests, codings and therapies of the reference data."""

    labs: Labs
    codings: tuple[CodingConcept, ...]
    therapies: SupplementaryTherapies

    def knows(self, coding: Coding, day: date) -> bool:
        """Tell whether a row of `day` has a code of the house's own; others are taken as known."""
        if not coding.system.startswith(OWN_SYSTEMS):
            return True
        if coding.system == THERAPY_SYSTEM:
            return self.therapy(coding.code, day) is not None
        return any(
            (row.system, row.code) == (coding.system, coding.code)
            for row in self.codings
            if is_in_force(row, day)
        )

    def therapy(self, therapy_code: str, day: date) -> SupplementaryTherapy | None:
        """Return the therapy of that code that is in force on `day`."""
        rows = (row for row in self.therapies.therapies if row.therapy_code == therapy_code)
        return next((row for row in rows if is_in_force(row, day)), None)


@dataclass(frozen=True, slots=True)
class Said:
    """A result as it stands in the request, and the row of its test."""

    field: str
    result: LabResult
    row: Lab


def refuse_unknown(
    history: History, before: History | None, vocabulary: Vocabulary, at: datetime
) -> None:
    """Refuse what the reference data does not know, and what was measured in the future.

    What the record said before is not asked about again: a row that has ended since takes nothing
    back that was recorded while it counted.
    """
    refuse_codings(history, before, vocabulary, at.date())
    if history.labs:
        refuse_labs(history, frozenset(before.labs if before else ()), vocabulary, at)
    weight = history.weight
    if weight is not None and weight != (before.weight if before else None):
        refuse_future("history.weight.measured_on", weight.measured_on, at)


def refuse_codings(
    history: History, before: History | None, vocabulary: Vocabulary, day: date
) -> None:
    """Refuse a code of the house's own that no row of `day` has."""
    for name in ("allergies", "conditions", "medications"):
        said: tuple[Coding, ...] = getattr(history, name)
        kept: tuple[Coding, ...] = getattr(before, name) if before else ()
        for place, coding in enumerate(said):
            # Looked up before the record is searched: nearly all are known at once.
            if not vocabulary.knows(coding, day) and coding not in kept:
                raise unknown(f"history.{name}[{place}].code", coding)


def unknown(field: str, coding: Coding) -> CodingUnknown:
    """Return the refusal of a code of the house's own that no row has."""
    said = f"{coding.code} is no code of {coding.system}"
    return CodingUnknown(violations=[Violation("CODING", field, said)])


def refuse_labs(
    history: History, before: frozenset[LabResult], vocabulary: Vocabulary, at: datetime
) -> None:
    """Refuse results that are none of their test's, or of a day that has begun nowhere yet."""
    for place, result in enumerate(history.labs):
        if result in before:
            continue
        field, row = f"history.labs[{place}]", vocabulary.labs.lab(result.lab_code, at.date())
        if row is None:
            said = f"{result.lab_code} is no laboratory test of the reference data"
            raise LabUnknown(violations=[Violation("LAB", f"{field}.lab_code", said)])
        one = Said(field, result, row)
        refuse_kind(one)
        refuse_unit(one)
        refuse_future(f"{field}.measured_on", result.measured_on, at)


def refuse_kind(one: Said) -> None:
    """Refuse a figure of a test that answers yes or no, the reverse, and a result that is none."""
    kind, code = one.row.result, one.result.lab_code
    figure = one.result.value_thousandths is not None
    answer = one.result.positive is not None
    wanted = {
        "value_thousandths": (figure, kind is LabResultKind.VALUE),
        "positive": (answer, kind is LabResultKind.POSITIVE_OR_NEGATIVE),
    }
    for name, (given, asked) in wanted.items():
        if given != asked:
            said = f"{code} is a test by {kind.value}: {'is missing' if asked else 'has none'}"
            violation = Violation("LAB_RESULT", f"{one.field}.{name}", said)
            raise LabResultInvalid(violations=[violation])


def refuse_unit(one: Said) -> None:
    """Refuse a unit that the test is not given in; without a figure there is none."""
    units = one.row.unit_codes if one.row.result is LabResultKind.VALUE else ("",)
    if one.result.unit_code not in units:
        wanted = " or ".join(units) or "no unit"
        said = f"{one.result.lab_code} is given in {wanted}"
        raise LabUnitUnknown(violations=[Violation("UNIT", f"{one.field}.unit_code", said)])


def refuse_future(field: str, day: date, at: datetime) -> None:
    """Refuse a day that has begun nowhere on earth: what was measured may be of the far east."""
    if day > (at + FIRST_ZONE).date():
        raise DateInvalid(violations=[Violation("DATE", field, "is in the future")])
