"""What keeps a record: a legal hold, an open serious case, and the chain's time of retention."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from services.chassis.kernel import DomainError, Violation
from services.consult.domain.formulary.model import Policy
from services.consult.domain.formulary.rows import need
from services.consult.domain.patient.errors import (
    LegalHoldActive,
    RetentionRunning,
    SeriousCaseOpen,
)
from services.consult.domain.patient.model import Patient


@dataclass(frozen=True, slots=True)
class Kept:
    """What safety answered: which serious cases are open, and how new that is."""

    open_serious_case_ids: tuple[str, ...]
    asked_at: datetime
    feed_no: int


@dataclass(frozen=True, slots=True)
class Duty:
    """Why a record has to be kept, and until when; None where nobody can say."""

    refusal: DomainError
    until: datetime | None


def held(records: Sequence[Patient], asked: Sequence[str]) -> Duty | None:
    """Return the legal hold or the open serious case of a person: those known, and those `asked`.

    Nothing here says when a case is closed, so one that was opened keeps the record.
    """
    if holds := sorted({hold for record in records for hold in record.legal_hold_ids}):
        return Duty(LegalHoldActive(violations=[Violation("LEGAL_HOLD", id) for id in holds]), None)
    known = {case for record in records for case in record.open_serious_case_ids}
    if cases := sorted(known.union(asked)):
        return Duty(SeriousCaseOpen(violations=[Violation("CASE", id) for id in cases]), None)
    return None


def retained(records: Sequence[Patient], policy: Policy | None, today: date) -> Duty | None:
    """Return the retention that still runs on `today`."""
    until = retained_until(records, policy)
    if until is None or today >= until:
        return None
    running = Violation("RETENTION", until.isoformat(), "is the first day it may be erased on")
    return Duty(RetentionRunning(violations=[running]), datetime.combine(until, time(), UTC))


def retained_until(records: Sequence[Patient], policy: Policy | None) -> date | None:
    """Return the first day after the time of retention, None for who never came so far.

    It runs from the last treatment or payment; how long is the chain's to say (DOMAIN has no
    number), and a chain that has not said it is refused.
    """
    moments = [m for record in records for m in (record.last_treated_at, record.last_paid_at) if m]
    if not moments:
        return None
    return max(moments).date() + timedelta(days=need(policy, "retention_days"))
