"""What is owed at a time."""

from services.chassis.timers import Firings
from services.sessions.domain.session.commands import DueFollowUp, LookAtGates
from services.sessions.handlers.session import SESSION

FIRINGS: Firings = {
    "due_follow_up": (SESSION, DueFollowUp),
    # Set by the trigger `holds_reach_running` of the store, at once when a hold closes a gate.
    "look_at_gates": (SESSION, LookAtGates),
}
