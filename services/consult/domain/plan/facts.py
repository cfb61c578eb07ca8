"""What a plan's commands must know of other rows and of the reference data."""

from dataclasses import dataclass

from services.chassis.kernel import Violation
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import Ground
from services.consult.domain.consultation.model import Consultation, FiredRule
from services.consult.domain.formulary.chairside import CoolingOffs
from services.consult.domain.formulary.schedules import Schedules
from services.consult.domain.patient.model import Patient
from services.consult.domain.practitioner.model import Practitioner


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom and where a plan is for, and what its cocktail is held against; None is not there."""

    patient: Patient | None
    consultation: Consultation | None
    clinic: Clinic | None
    # None where one of the three is.
    ground: Ground | None


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """Where a plan is to stand, who answers for it, and what may be planned."""

    around: Surroundings
    practitioner: Practitioner | None
    schedules: Schedules
    therapy_codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """Who takes the signature, and the text as it is: its digest, and what it fails to say.

    The digest is None where there is no such text.
    """

    practitioner: Practitioner | None
    text_digest: bytes | None
    gaps: tuple[Violation, ...] = ()
    # Of the plan's clinic: the licence has to hold on its day.
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """Where the plan stands by now, and the law's times to think it over."""

    around: Surroundings
    cooling_offs: CoolingOffs


@dataclass(frozen=True, slots=True)
class RecheckFacts:
    """Where the plan stands by now, or would; and what an assessment there does not say yet.

    `since` are the rules that fire by now, where anything they rest on has changed since.
    """

    around: Surroundings
    since: tuple[FiredRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponsibilityFacts:
    """Who takes the plan on, and the time zone of its clinic."""

    practitioner: Practitioner | None
    time_zone: str = "UTC"


Facts = ProposalFacts | SigningFacts | AcceptanceFacts | RecheckFacts | ResponsibilityFacts | None
