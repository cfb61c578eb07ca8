"""Why a plan refuses."""

from services.chassis.kernel import DomainError, Fault


class PlanNotFound(DomainError):
    """No such plan in this chain."""

    fault = Fault.NOT_FOUND


class IngredientNotFound(DomainError):
    """The formulary in force has no such ingredient."""

    fault = Fault.NOT_FOUND


class ProtocolNotFound(DomainError):
    """No schedule of this code is in force."""

    fault = Fault.NOT_FOUND


class ProfessionNotAllowed(DomainError):
    """The act is a physician's."""


class SuitabilityMissing(DomainError):
    """Nobody assessed whether the patient is suitable."""


class SuitabilityExpired(DomainError):
    """The assessment is too old, or the history has changed since; assess again."""


class NotSuitable(DomainError):
    """The assessment does not allow treatment."""


class IngredientBlocked(DomainError):
    """An ingredient is not allowed here, or not for this patient."""


class PairNotCompatible(DomainError):
    """No signed row lets two of the ingredients share a syringe."""


class DoseLimitMissing(DomainError):
    """No signed limit exists for an ingredient, and none is invented."""


class DoseExceeded(DomainError):
    """A dose is over its signed limit."""


class PreparationSourceNotAllowed(DomainError):
    """This cocktail may not be prepared in this way."""


class PlanClosed(DomainError):
    """The plan was withdrawn."""


class PlanAlreadyAccepted(DomainError):
    """The plan is accepted already."""


class QuoteMissing(DomainError):
    """No quote has reached the plan yet."""


class QuoteExpired(DomainError):
    """The quote is no longer valid."""


class ConsentMissing(DomainError):
    """The patient has not signed."""


class ConsentStale(DomainError):
    """What was signed is not the plan as it is now; read the text again and sign that."""


class ConsentWithdrawn(DomainError):
    """The patient took the consent back."""


class LanguageNotAvailable(DomainError):
    """There is no consent text in this language."""

    fault = Fault.INVALID


class WeightMissing(DomainError):
    """A limit by body weight needs a weight that is recent enough."""


class ConsentIncomplete(DomainError):
    """The text lacks something that it has to say."""


class PlanFlagged(DomainError):
    """The rows changed, or something became known of the patient: the plan passes no more."""


class PlanAlreadyImported(DomainError):
    """This course of another system is imported."""

    fault = Fault.ALREADY_EXISTS


class ScheduleInvalid(DomainError):
    """Sessions do not rise, are too close, or leave the template without a reason."""

    fault = Fault.INVALID


class TherapyUnknown(DomainError):
    """No supplementary therapy of this code and kind is known."""

    fault = Fault.INVALID
