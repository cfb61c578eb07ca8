"""Terms that are serious whatever the report says."""

from dataclasses import dataclass
from functools import cache

from services.safety.domain.case.model import ReactionTerm
from services.safety.reference.signed import Signed, read


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriousTerms(Signed):
    """The important medical events. What a term alone cannot tell is for a person to say."""

    terms: frozenset[ReactionTerm]
    not_told_by_the_term: tuple[str, ...]


@cache
def serious_terms() -> SeriousTerms:
    """Return the terms in force."""
    return read("serious_terms.json", SeriousTerms)
