"""Why a clinic refuses."""

from services.chassis.kernel import DomainError, Fault


class ClinicNotFound(DomainError):
    """No such clinic in this chain."""

    fault = Fault.NOT_FOUND


class ClinicCodeTaken(DomainError):
    """Another clinic of the chain has this code."""

    fault = Fault.ALREADY_EXISTS


class RoomCodeTaken(DomainError):
    """Another room of the clinic has this code."""

    fault = Fault.ALREADY_EXISTS


class TimeZoneUnknown(DomainError):
    """The time zone is not one of the IANA database."""

    fault = Fault.INVALID
