"""Why a lot is refused."""

from services.chassis.kernel import DomainError, Fault


class LotNotFound(DomainError):
    """No such lot in this chain."""

    fault = Fault.NOT_FOUND


class ClinicNotFound(DomainError):
    """No such clinic in this chain."""

    fault = Fault.NOT_FOUND


class PatientNotFound(DomainError):
    """No such patient in this chain."""

    fault = Fault.NOT_FOUND


class LotAlreadyReceived(DomainError):
    """The clinic has this product's lot."""

    fault = Fault.ALREADY_EXISTS


class LotExpired(DomainError):
    """The lot's expiry date has passed."""


class BeyondUsePassed(DomainError):
    """The preparation's beyond-use time has passed."""


class LotNotForPatient(DomainError):
    """The lot was compounded for another patient."""


class LotNotAtClinic(DomainError):
    """The lot was received by another clinic."""


class LotContentsDiffer(DomainError):
    """The lots do not hold what the plan's cocktail says."""
