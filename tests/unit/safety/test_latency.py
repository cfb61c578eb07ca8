"""Latency windows: the arithmetic, and the signed rows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoflow.clinical.v1 import reaction_pb2
from services.safety.domain.case.latency import LatencyUnit, LatencyWindow
from services.safety.domain.case.model import ReactionTerm, SeriousnessCriterion
from services.safety.reference.latency import latency_windows
from services.safety.reference.seriousness import serious_terms

DAYS_1_TO_14 = LatencyWindow(LatencyUnit.DAYS, 1, 14)
HOURS_0_TO_2 = LatencyWindow(LatencyUnit.HOURS, 0, 2)
OPEN = LatencyWindow(LatencyUnit.DAYS, None, None)
FROM_A_WEEK = LatencyWindow(LatencyUnit.DAYS, 7, None)


@pytest.mark.parametrize(
    ("window", "elapsed", "covered"),
    [
        (DAYS_1_TO_14, timedelta(0), False),
        (DAYS_1_TO_14, timedelta(hours=1), True),  # into the first day
        (DAYS_1_TO_14, timedelta(days=14, hours=23), True),  # still the fourteenth
        (DAYS_1_TO_14, timedelta(days=15), False),
        (HOURS_0_TO_2, timedelta(0), True),
        (HOURS_0_TO_2, timedelta(hours=2, minutes=59), True),
        (HOURS_0_TO_2, timedelta(hours=3), False),
        (HOURS_0_TO_2, timedelta(microseconds=-1), False),
        (OPEN, timedelta(0), True),
        (OPEN, timedelta(days=9000), True),
        (OPEN, timedelta(seconds=-1), False),
        (FROM_A_WEEK, timedelta(days=6), False),
        (FROM_A_WEEK, timedelta(days=7), True),
        (FROM_A_WEEK, timedelta(days=700), True),
    ],
)
def test_a_window_covers_whole_units(
    window: LatencyWindow, elapsed: timedelta, covered: bool
) -> None:
    assert window.covers(elapsed) is covered


@given(
    earliest=st.integers(0, 400),
    width=st.integers(0, 400),
    days=st.integers(0, 900),
    hours=st.integers(0, 23),
)
def test_every_day_that_is_named_is_in_and_no_other(
    earliest: int, width: int, days: int, hours: int
) -> None:
    window = LatencyWindow(LatencyUnit.DAYS, earliest, earliest + width)
    named = earliest <= days <= earliest + width
    begun = hours > 0 and earliest <= days + 1 <= earliest + width
    assert window.covers(timedelta(days=days, hours=hours)) is (named or begun)


def test_every_term_has_one_row() -> None:
    terms = [row.term for row in latency_windows().windows]
    assert sorted(terms, key=lambda term: term.name) == sorted(
        ReactionTerm, key=lambda term: term.name
    )


@pytest.mark.parametrize("row", latency_windows().windows, ids=lambda row: row.term.name)
def test_a_row_cites_its_source_and_runs_forwards(row: object) -> None:
    window = getattr(row, "window", None)
    assert "DOMAIN" in getattr(row, "source", "")
    assert getattr(row, "stated", "")
    if window is not None and window.latest is not None:
        assert 0 <= window.earliest <= window.latest


@pytest.mark.parametrize(
    ("term", "unit", "earliest", "latest"),
    [
        (ReactionTerm.INJECTION_SITE_PAIN, LatencyUnit.DAYS, 0, 3),
        (ReactionTerm.SWELLING_FACE, LatencyUnit.HOURS, 0, 48),
        (ReactionTerm.CELLULITIS, LatencyUnit.DAYS, 1, 14),
        (ReactionTerm.NON_TUBERCULOUS_MYCOBACTERIAL_INFECTION, LatencyUnit.DAYS, 7, 84),
        (ReactionTerm.CICATRICIAL_ALOPECIA, LatencyUnit.DAYS, 7, 364),
        (ReactionTerm.GRANULOMA, LatencyUnit.DAYS, 7, None),
        (ReactionTerm.BLOODBORNE_INFECTION, LatencyUnit.DAYS, None, None),
    ],
)
def test_rows_say_what_their_source_says(
    term: ReactionTerm, unit: LatencyUnit, earliest: int | None, latest: int | None
) -> None:
    assert latency_windows().of(term) == LatencyWindow(unit, earliest, latest)


def test_a_term_without_a_stated_window_has_none() -> None:
    assert latency_windows().of(ReactionTerm.NEEDLESTICK) is None


def test_terms_that_are_serious_by_themselves() -> None:
    assert ReactionTerm.ANAPHYLACTIC_REACTION in serious_terms().terms
    assert ReactionTerm.CICATRICIAL_ALOPECIA in serious_terms().terms
    assert ReactionTerm.ALOPECIA_AT_INJECTION_SITE not in serious_terms().terms


def test_files_say_their_version_and_who_signed() -> None:
    for table in (latency_windows(), serious_terms()):
        assert table.version
        assert table.signed_by is None or table.signed_by.strip()


def test_terms_and_criteria_are_the_schema_s() -> None:
    terms = set(reaction_pb2.ReactionTerm.DESCRIPTOR.values_by_name)
    criteria = set(reaction_pb2.SeriousnessCriterion.DESCRIPTOR.values_by_name)
    assert {f"REACTION_TERM_{term.name}" for term in ReactionTerm} == terms - {
        "REACTION_TERM_UNSPECIFIED"
    }
    assert {f"SERIOUSNESS_CRITERION_{each.name}" for each in SeriousnessCriterion} == criteria - {
        "SERIOUSNESS_CRITERION_UNSPECIFIED"
    }
