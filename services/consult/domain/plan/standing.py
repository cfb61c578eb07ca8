"""Where a plan stands: whether it is over, flagged, quoted."""

from services.consult.domain.plan import errors
from services.consult.domain.plan.model import Consent, Plan, PlanQuote, PlanState


def refuse_closed(plan: Plan) -> None:
    """Refuse a plan that is over."""
    if plan.state is PlanState.WITHDRAWN:
        raise errors.PlanClosed


def refuse_flagged(plan: Plan) -> None:
    """Refuse a plan that no longer passes the reference data."""
    if plan.flag_codes:
        raise errors.PlanFlagged(flag_codes=",".join(plan.flag_codes))


def quoted(plan: Plan) -> PlanQuote:
    """Return the quote, or refuse a plan without one."""
    if plan.quote is None:
        raise errors.QuoteMissing
    return plan.quote


def stands(consent: Consent) -> bool:
    """Tell whether nothing ended `consent`."""
    return consent.voided_at is None and consent.withdrawn_at is None
