"""What is owed at a time."""

from services.chassis.timers import Firings
from services.consult.domain.formulary.commands import ApplyFormulary
from services.consult.handlers.formulary import FORMULARY

FIRINGS: Firings = {"apply_formulary": (FORMULARY, ApplyFormulary)}
