"""Why an invoice refuses."""

from services.chassis.kernel import DomainError, Fault


class InvoiceNotFound(DomainError):
    """No such invoice in this chain."""

    fault = Fault.NOT_FOUND


class InvoiceClosed(DomainError):
    """The invoice is paid."""
