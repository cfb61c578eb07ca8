"""What is owed at a time."""

from services.chassis.timers import Firings
from services.sessions.domain.session.commands import DueFollowUp, LookAtGates
from services.sessions.handlers.session import SESSION

FIRINGS: Firings = {
    "due_follow_up": (SESSION, DueFollowUp),
    # Set by the store at once, by `holds_reach_running` when a hold closes a gate and by
    # `closing_reaches_sessions` when a course ends.
    "look_at_gates": (SESSION, LookAtGates),
}
