"""Why an account refuses."""

from services.chassis.kernel import DomainError, Fault


class AccountNotFound(DomainError):
    """No such account in this chain."""

    fault = Fault.NOT_FOUND


class AccountClosed(DomainError):
    """The plan was withdrawn; the account takes no payment any more."""


class AccountSuspended(DomainError):
    """The patient took the consent back; nothing is paid until the plan is accepted again."""


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
