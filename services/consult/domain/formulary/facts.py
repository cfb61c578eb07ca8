"""What a formulary's commands must know of other rows and of the files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.consult.domain.formulary.chairside import Labs
from services.consult.domain.formulary.reference import Formulary
from services.consult.domain.practitioner.model import Practitioner


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """Who signs, and the files on top of which; None is not there."""

    practitioner: Practitioner | None
    formulary: Formulary
    labs: Labs


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """The plans that are not over, the version of the files, and when their rows begin or end."""

    plan_ids: Sequence[str]
    file_version: str
    turning_days: Sequence[date]


Facts = SigningFacts | ApplicationFacts | None
