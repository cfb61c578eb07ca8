"""How a journey must end, worked out from the records and the answers alone."""

from dataclasses import dataclass
from datetime import date

from deploy.demo.answers import Scripted
from deploy.demo.records import PatientRecord

TREATED = "TREATED"
ADULT_YEARS = 18
# What records that nobody has looked at may lead to.
MEDICAL = frozenset({"NOT_SUITABLE", "INGREDIENT_BLOCKED"})
# Of Mesoflow's own systems only codes of its reference data are taken.
OWN_SYSTEMS = "urn:mesoflow:"


@dataclass(frozen=True, slots=True)
class Expected:
    """The right ends of one journey: a completed first session, or one of these refusals."""

    treated: bool
    reasons: frozenset[str]

    def allows(self, end: str) -> bool:
        """Whether a journey may end like this: TREATED, or the reason of its refusal."""
        return self.treated if end == TREATED else end in self.reasons

    def __str__(self) -> str:
        return " or ".join([*([TREATED] if self.treated else []), *sorted(self.reasons)])


def expected(record: PatientRecord, scripted: Scripted, today: date) -> Expected:
    """Return the right ends. What forbids treatment at all comes before what is scripted."""
    if record.deceased:
        return _refused("PATIENT_DECEASED")
    born = record.person.birth_date
    if born is None:
        return _refused("PATIENT_AGE_UNKNOWN")
    if born > today:
        return _refused("PATIENT_AGE_UNKNOWN", "DATE_INVALID")
    if years_between(born, today) < ADULT_YEARS:
        return _refused("PATIENT_UNDER_AGE")
    if scripted.expected == TREATED:
        return Expected(treated=True, reasons=frozenset())
    if scripted.expected:
        return _refused(scripted.expected)
    own = any(
        code.system.startswith(OWN_SYSTEMS)
        for code in (*record.allergies, *record.conditions, *record.medications)
    )
    return Expected(treated=True, reasons=MEDICAL | ({"CODING_UNKNOWN"} if own else set()))


def years_between(born: date, today: date) -> int:
    """Return the age in whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _refused(*reasons: str) -> Expected:
    return Expected(treated=False, reasons=frozenset(reasons))
