"""Why an account refuses."""

from services.chassis.kernel import DomainError, Fault


class AccountNotFound(DomainError):
    """No such account in this chain."""

    fault = Fault.NOT_FOUND


class AccountClosed(DomainError):
    """The account takes no more entries."""


class AmountNotDue(DomainError):
    """More than is owed, or not the amount that is due."""


class NoCredit(DomainError):
    """The account has no credit left for another session."""


class PaymentNotFound(DomainError):
    """No such payment in this chain."""

    fault = Fault.NOT_FOUND


class PaymentAlreadyRecorded(DomainError):
    """A payment with this external reference is recorded."""

    fault = Fault.ALREADY_EXISTS
