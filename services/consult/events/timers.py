"""What is owed at a time."""

from services.chassis.timers import Firings
from services.consult.domain.formulary.commands import ApplyFormulary
from services.consult.domain.patient.commands import RetryErasure
from services.consult.domain.response.commands import ReviewResponse
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.response import RESPONSE

FIRINGS: Firings = {
    "apply_formulary": (FORMULARY, ApplyFormulary),
    "retry_erasure": (PATIENT, RetryErasure),
    "review_response": (RESPONSE, ReviewResponse),
}
