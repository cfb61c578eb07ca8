"""The text a patient signs: complete, and the same bytes for the same plan in the same terms."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.plan.consent_text import amount, digest_of
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.errors import LanguageNotAvailable, PlanClosed, QuoteMissing
from services.consult.domain.plan.events import ConsentSigned, Event, PlanWithdrawn
from services.consult.domain.plan.model import Money, Plan, PlanWithdrawalReason
from services.consult.handlers.plan import consent_text, text_digest
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    DOCTOR,
    NOW,
    PATIENT,
    PLAN,
    clinic,
    cocktail,
    proposed,
    quoted,
)


def plan(*more: Event) -> Plan:
    found = Spec(DECIDER).given(proposed(), *more).state
    assert found is not None
    return found


def test_it_says_what_has_to_be_said() -> None:
    text = consent_text(plan(quoted()), clinic(), "en")
    for needed in (
        f"plan {PLAN} in its version 2",
        "Minoxidil: 5 mg",
        "Dutasteride: 0.1 mg",
        "outside its licence. [R8]",
        "small trials with a comparison",
        "62.8 % of women with it and in 17.5 % without. [R5]",
        "No blood donation until 6 months after the last dose. [R11]",
        "MNX-WEEKLY-10: 10 sessions over 9 weeks",
        "In total GBP 1200.50, of which GBP 300.00 is the deposit",
        "until 2026-12-15",
        "no treatment at all",
        "take this consent back at any time",
        "SAMPLE-UNSIGNED",
    ):
        assert needed in text


def test_it_is_the_same_for_the_same_terms() -> None:
    signed = ConsentSigned(PLAN, "c", PATIENT, DOCTOR, b"", "en", b"", 2, NOW)
    before, afterwards = plan(quoted()), plan(quoted(), signed)
    assert consent_text(before, clinic(), "en") == consent_text(afterwards, clinic(), "en")


def test_another_price_is_another_text() -> None:
    texts = {
        digest_of(consent_text(each, clinic(), "en"))
        for each in (plan(quoted()), plan(quoted(units=1300)), plan(quoted(), quoted("q2")))
    }
    assert len(texts) == 3


def test_another_cocktail_is_another_text() -> None:
    weaker = replace(plan(quoted()), cocktail=cocktail(("minoxidil", 4_000)))
    assert consent_text(weaker, clinic(), "en") != consent_text(plan(quoted()), clinic(), "en")


def test_there_is_no_text_without_a_price_or_for_a_plan_that_is_over() -> None:
    over = PlanWithdrawn(PLAN, PATIENT, PlanWithdrawalReason.MEDICAL, None, NOW)
    with pytest.raises(QuoteMissing):
        consent_text(plan(), clinic(), "en")
    with pytest.raises(PlanClosed):
        consent_text(plan(quoted(), over), clinic(), "en")
    assert text_digest(plan(), clinic(), "en") is None
    assert text_digest(plan(quoted(), over), clinic(), "en") is None


def test_a_language_has_its_regions_and_an_unknown_one_has_no_text() -> None:
    english = text_digest(plan(quoted()), clinic(), "en")
    assert english is not None
    assert text_digest(plan(quoted()), clinic(), "en-GB") == english
    assert text_digest(plan(quoted()), clinic(), "tlh") is None
    with pytest.raises(LanguageNotAvailable):
        consent_text(plan(quoted()), clinic(), "tlh")


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money("GBP", 1200, 0), "GBP 1200.00"),
        (Money("GBP", 1200, 500_000_000), "GBP 1200.50"),
        (Money("KWD", 0, 5_000_000), "KWD 0.005"),
        (Money("EUR", -3, -250_000_000), "EUR -3.25"),
    ],
)
def test_amounts(money: Money, written: str) -> None:
    assert amount(money) == written


@given(st.integers(0, 10**9), st.integers(0, 999_999_999))
def test_an_amount_loses_nothing(units: int, nanos: int) -> None:
    whole, _, part = amount(Money("EUR", units, nanos)).removeprefix("EUR ").partition(".")
    assert (int(whole), int(part.ljust(9, "0"))) == (units, nanos)
