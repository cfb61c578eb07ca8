"""A licence holds by the calendar on the wall of the clinic that a signature is for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import cast

import pytest

from services.chassis.handling import AnyAggregate, Reader
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.consultation.decider import DECIDER as CONSULTATION
from services.consult.domain.consultation.decider import ReviewFacts
from services.consult.domain.plan.facts import ResponsibilityFacts
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Practitioner
from services.consult.handlers.consultation import gather_review
from services.consult.handlers.directory import CLINIC
from services.consult.handlers.plan import gather_responsible, gather_signing
from tests.support.spec import Spec
from tests.unit.consult.plans import (
    AMEND,
    MOVED,
    QUOTED,
    RUNNING,
    SIGN,
    SIGNING,
    TAKE_ON,
    after,
    plan_after,
)
from tests.unit.consult.samples import (
    CHAIN,
    clinic,
    consultation,
    doctor,
    patient,
    proposal_facts,
    propose,
    proposed,
)
from tests.unit.consult.test_consultation_review import ANSWERED, ASKED, FOUND, OPENED, REVIEW

AUCKLAND, LONDON, LOS_ANGELES = "Pacific/Auckland", "Europe/London", "America/Los_Angeles"
FIRST, BEFORE, AFTER = date(2026, 12, 1), date(2026, 11, 30), date(2026, 12, 2)
# In Auckland it is the morning of the second, in the other two still the first.
EVENING = datetime(2026, 12, 1, 20, tzinfo=UTC)
# In Los Angeles it is still the thirtieth.
NIGHT = datetime(2026, 12, 1, 5, tzinfo=UTC)
Signing = Callable[[Practitioner, str, datetime], object]


def licensed(first: date, last: date) -> Practitioner:
    """Return a physician of both clinics with a licence of those days."""
    one = doctor()
    days = replace(one.licences[0], valid_from=first, valid_until=last)
    return replace(one, licences=(days,), clinic_ids=(*one.clinic_ids, MOVED.clinic_id))


def at_clock_of(time_zone: str) -> Clinic:
    return replace(clinic(), time_zone=time_zone)


def proposes(by: Practitioner, zone: str, at: datetime) -> object:
    facts = proposal_facts(clinic=at_clock_of(zone), practitioner=by)
    return after().when(propose(at=at), facts)


def amends(by: Practitioner, zone: str, at: datetime) -> object:
    facts = proposal_facts(clinic=at_clock_of(zone), practitioner=by)
    return after(*QUOTED).when(replace(AMEND, at=at), facts)


def takes_consent(by: Practitioner, zone: str, at: datetime) -> object:
    facts = replace(SIGNING, practitioner=by, time_zone=zone)
    return after(*QUOTED).when(replace(SIGN, at=at), facts)


def takes_on(by: Practitioner, zone: str, at: datetime) -> object:
    return after(*RUNNING, MOVED).when(replace(TAKE_ON, at=at), ResponsibilityFacts(by, zone))


def reviews(by: Practitioner, zone: str, at: datetime) -> object:
    history = Spec(CONSULTATION).given(OPENED, FOUND, ANSWERED, ASKED)
    return history.when(replace(REVIEW, at=at), ReviewFacts(patient(), by, zone))


SIGNINGS = (proposes, amends, takes_consent, takes_on, reviews)


@pytest.mark.parametrize("signs", SIGNINGS)
@pytest.mark.parametrize(
    ("zone", "first", "last", "at"),
    [
        (LONDON, BEFORE, FIRST, EVENING),
        (LOS_ANGELES, BEFORE, FIRST, EVENING),
        (AUCKLAND, AFTER, AFTER, EVENING),
        (LOS_ANGELES, BEFORE, BEFORE, NIGHT),
    ],
)
def test_a_licence_signs_on_its_days_there(
    signs: Signing, zone: str, first: date, last: date, at: datetime
) -> None:
    assert signs(licensed(first, last), zone, at)


@pytest.mark.parametrize("signs", SIGNINGS)
@pytest.mark.parametrize(
    ("zone", "first", "last", "at"),
    [
        (AUCKLAND, BEFORE, FIRST, EVENING),
        (LONDON, AFTER, AFTER, EVENING),
        (LOS_ANGELES, FIRST, AFTER, NIGHT),
    ],
)
def test_a_licence_signs_on_no_other_day(
    signs: Signing, zone: str, first: date, last: date, at: datetime
) -> None:
    with pytest.raises(LicenceLapsed):
        signs(licensed(first, last), zone, at)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A reader of a clinic in Auckland, and of nothing else."""

    chain_id: str = CHAIN

    async def get(self, aggregate: AnyAggregate, key: str) -> Clinic | None:
        here = aggregate is CLINIC and key == proposed().clinic_id
        return at_clock_of(AUCKLAND) if here else None


async def test_the_day_is_that_of_the_clinic_it_is_signed_for() -> None:
    plan, shelf = plan_after(*QUOTED), cast(Reader, Shelf())
    signing = await gather_signing(SIGN, plan, shelf)
    responsible = await gather_responsible(TAKE_ON, plan, shelf)
    review = await gather_review(REVIEW, consultation(), shelf)
    assert signing is not None
    assert review is not None
    assert {each.time_zone for each in (signing, responsible, review)} == {AUCKLAND}
