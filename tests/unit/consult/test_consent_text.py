"""The text a patient signs: complete, and the same bytes for the same plan in the same terms."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.patient.model import PhotoPurpose
from services.consult.domain.plan.consent_text import amount, digest_of
from services.consult.domain.plan.errors import LanguageNotAvailable, PlanClosed, QuoteMissing
from services.consult.domain.plan.events import Event
from services.consult.domain.plan.model import Money, Plan, PlanImport, TopicalAnaesthetic
from services.consult.handlers import photo
from services.consult.handlers import plan as plans
from services.consult.handlers.plan import consent_text, signing_text
from services.consult.reference.loader import reference
from tests.unit.consult.plans import (
    AMENDED,
    ENDED,
    MOVED,
    OTHER_QUOTE,
    SIGNED,
    TAKEN_BACK,
    VOIDED,
    plan_after,
)
from tests.unit.consult.samples import PLAN, TODAY, cocktail, proposed, quoted


def plan(*more: Event) -> Plan:
    return plan_after(proposed(), *more)


def text_digest(of: Plan, language: str) -> bytes | None:
    return signing_text(of, None, language, TODAY).text_digest


def test_it_says_what_has_to_be_said() -> None:
    text = consent_text(plan(quoted()), None, "en", TODAY)
    for needed in (
        f"plan {PLAN} in its version 2",
        "Minoxidil: 5 mg",
        "Dutasteride: 0.1 mg",
        "outside its licence. [R8]",
        "small trials with a comparison",
        "62.8 % of women with it and in 17.5 % without. [R5]",
        "No blood donation until 6 months after the last dose. [R11]",
        "MNX-WEEKLY-10: 10 sessions over 9 weeks",
        "no maintenance sessions",
        "In total GBP 1200.50, of which GBP 300.00 is the deposit",
        "GBP 1200.50 over 12 months, GBP 1200.50 over 24 months",
        "time to think it over",
        "until 2026-12-15",
        "no treatment at all",
        "take this consent back at any time",
        "SAMPLE-UNSIGNED",
    ):
        assert needed in text


def test_it_is_the_same_for_the_same_terms() -> None:
    before, afterwards = plan(quoted()), plan(quoted(), SIGNED)
    assert consent_text(before, None, "en", TODAY) == consent_text(afterwards, None, "en", TODAY)


def test_it_says_what_only_some_plans_have() -> None:
    therapy = reference().therapies.therapies[0]
    richer = replace(
        plan(quoted()),
        induction_sessions=8,
        maintenance_protocol_code="MAINT-MONTHLY",
        supplementary_therapy_codes=(therapy.therapy_code,),
        topical_anaesthetic=TopicalAnaesthetic("emla", 12_500),
        imported=PlanImport("OLD", "7", 2, date(2026, 11, 3), 0, None),
    )
    text = consent_text(richer, None, "en", TODAY)
    for needed in (
        "From session 9 on it is maintenance after protocol MAINT-MONTHLY: 2 sessions",
        therapy.texts["en"],
        "What you use beside the sessions",
        "Numbing cream emla: 12.5 g",
        "2 sessions were performed elsewhere, the last on 2026-11-03",
    ):
        assert needed in text
    assert "What you use beside the sessions" not in consent_text(plan(quoted()), None, "en", TODAY)


def test_it_stays_as_it_was_signed_when_the_plan_moves() -> None:
    abroad = replace(MOVED, jurisdiction_code="US")
    here, there = plan(quoted(), SIGNED), plan(quoted(), SIGNED, abroad)
    assert consent_text(here, None, "en", TODAY) == consent_text(there, None, "en", TODAY)
    assert plan(quoted(), abroad).jurisdiction_code == "US"


def test_another_price_is_another_text() -> None:
    texts = {
        digest_of(consent_text(each, None, "en", TODAY))
        for each in (plan(quoted()), plan(quoted(units=1300)), plan(quoted(), quoted("q2")))
    }
    assert len(texts) == 3


def test_another_cocktail_is_another_text() -> None:
    weaker = replace(plan(quoted()), cocktail=cocktail(("minoxidil", 4_000)))
    assert consent_text(weaker, None, "en", TODAY) != consent_text(
        plan(quoted()), None, "en", TODAY
    )


def test_there_is_no_text_without_a_price_or_for_a_plan_that_is_over() -> None:
    with pytest.raises(QuoteMissing):
        consent_text(plan(), None, "en", TODAY)
    with pytest.raises(PlanClosed):
        consent_text(plan(quoted(), ENDED), None, "en", TODAY)
    assert text_digest(plan(), "en") is None
    assert text_digest(plan(quoted(), ENDED), "en") is None


def test_a_language_has_its_regions_and_an_unknown_one_has_no_text() -> None:
    english = text_digest(plan(quoted()), "en")
    assert english is not None
    assert text_digest(plan(quoted()), "en-GB") == english
    assert text_digest(plan(quoted()), "tlh") is None
    with pytest.raises(LanguageNotAvailable):
        consent_text(plan(quoted()), None, "tlh", TODAY)


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


# ── the words of a day ──────────────────────────────────────────────────────────────────────────


TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of English end today, and others begin tomorrow."""
    [words] = [each for each in reference().consent_texts if each.language == "en"]
    later = replace(words, version="en-2", title="Otherwise", effective_from=TOMORROW)
    texts = (replace(words, effective_until=TODAY), later)
    held = replace(reference(), consent_texts=texts)
    monkeypatch.setattr(plans, "reference", lambda: held)
    monkeypatch.setattr(photo, "reference", lambda: held)


@pytest.mark.usefixtures("reworded")
def test_a_text_is_in_the_words_of_the_day_on_which_it_is_read() -> None:
    to_sign = plan(quoted())
    assert consent_text(to_sign, None, "en", TODAY).startswith("Consent")
    assert consent_text(to_sign, None, "en", TOMORROW).startswith("Otherwise")
    assert signing_text(to_sign, None, "en", TODAY) != signing_text(to_sign, None, "en", TOMORROW)
    with pytest.raises(LanguageNotAvailable):
        consent_text(to_sign, None, "en", date(2025, 12, 31))


@pytest.mark.usefixtures("reworded")
@pytest.mark.parametrize(
    ("since", "title"),
    [
        # What stands is read in the words that it was signed under.
        ((), "Consent"),
        ((TAKEN_BACK,), "Otherwise"),
        ((VOIDED,), "Otherwise"),
        # Terms that nobody has signed yet.
        ((AMENDED, quoted(OTHER_QUOTE)), "Otherwise"),
    ],
)
def test_what_was_signed_keeps_its_words_while_it_stands(
    since: tuple[Event, ...], title: str
) -> None:
    signed = plan(quoted(), SIGNED, *since)
    assert consent_text(signed, None, "en", TOMORROW).startswith(title)


@pytest.mark.usefixtures("reworded")
def test_a_photo_consent_is_in_the_words_of_its_day() -> None:
    said = [photo.photo_text([PhotoPurpose.RECORD], "en", day) for day in (TODAY, TOMORROW)]
    assert ["en-2," in each for each in said] == [False, True]
    with pytest.raises(LanguageNotAvailable):
        photo.photo_text([PhotoPurpose.RECORD], "en", date(2025, 12, 31))
