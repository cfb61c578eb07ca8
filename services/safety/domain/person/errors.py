"""Why a person refuses. It follows what was decided elsewhere; others ask it before they write."""

from services.chassis.kernel import DomainError


class PatientErased(DomainError):
    """The person was erased."""
