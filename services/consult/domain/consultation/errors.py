"""Why a consultation refuses."""

from services.chassis.kernel import DomainError, Fault


class ConsultationNotFound(DomainError):
    """No such consultation of this patient in this chain."""

    fault = Fault.NOT_FOUND


class FindingsMissing(DomainError):
    """Nothing was found and recorded yet."""


class ScreeningMissing(DomainError):
    """The screening was not answered in full."""


class ScreeningItemUnknown(DomainError):
    """The questionnaire of this version has no such item."""

    fault = Fault.INVALID


class QuestionnaireUnknown(DomainError):
    """There is no questionnaire of this version."""

    fault = Fault.INVALID


class HistoryMissing(DomainError):
    """The patient's history was not recorded."""


class GradeUnknown(DomainError):
    """The scale has no such grade."""

    fault = Fault.INVALID


class ReviewNotAsked(DomainError):
    """The assessment asks for no physician's decision."""
