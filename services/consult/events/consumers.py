"""What consult hears, and what it then owes. Every policy is harmless when it is repeated."""

from collections.abc import Sequence

from mesoflow.billing.v1 import events_pb2 as billing
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.mapping import from_message
from services.consult.domain.plan.commands import AttachQuote
from services.consult.handlers.plan import PLAN


def attach_quote(event: billing.QuoteIssued, delivery: Delivery) -> Sequence[Owed]:
    """A quote belongs to its plan."""
    return [Owed(PLAN, event.plan_id, from_message(event, AttachQuote, at=delivery.occurred_at))]


HEARINGS = (Hearing("consult", "billing", {billing.QuoteIssued: attach_quote}),)
