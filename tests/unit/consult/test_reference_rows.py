"""Every row of every file says its version, its days, its sources and who signed it.

Nothing here names a file: a new one is held to the same, or is no reference data.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.consult.reference import loader
from services.consult.reference.loader import reference

FILES = sorted(loader.HERE.rglob("*.json"))
HELD = reference()


def lists_of_sources(value: object) -> Iterator[list[str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key.endswith("source_codes"):
                yield part
            else:
                yield from lists_of_sources(part)
    elif isinstance(value, list):
        for part in value:
            yield from lists_of_sources(part)


# What a file may say beside its rows: who it is, no figure and no word that anything rests on.
ABOUT_ITSELF = {"notice", "version", "signed_by_code", "label"}
WORDS = {f"consent_texts/{path.name}" for path in (loader.HERE / "consent_texts").glob("*.json")}
# What the codes of sources stand for: no decision rests on a row of it.
NO_ROWS = {"sources.json"}


def content(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(path.read_text())
    return said


def rows_of_file(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return every row of a file; a file of words is one row as a whole."""
    name = str(path.relative_to(loader.HERE))
    if name in WORDS:
        return [(name, content(path))]
    return [
        (f"{name} {key}", row)
        for key, value in content(path).items()
        if isinstance(value, list)
        for row in value
        if isinstance(row, dict)
    ]


RULED = [path for path in FILES if str(path.relative_to(loader.HERE)) not in NO_ROWS]
ALL_ROWS = [each for path in RULED for each in rows_of_file(path)]


@pytest.mark.parametrize("path", RULED, ids=lambda path: path.name)
def test_a_file_says_nothing_beside_its_rows(path: Path) -> None:
    """A figure of a whole file would count on every day, whoever ended it."""
    if str(path.relative_to(loader.HERE)) in WORDS:
        return
    for key, value in content(path).items():
        if key in ABOUT_ITSELF:
            assert isinstance(value, str)
        else:
            assert isinstance(value, list)
            assert value
            assert all(isinstance(row, dict) for row in value), key


def wanting(row: dict[str, Any]) -> list[str]:
    """Return what a row lacks of version, days, source and signature."""
    days = [row.get("effective_from"), row.get("effective_until")]
    sound = {
        "version": isinstance(row.get("version"), str) and bool(row["version"]),
        "effective_from": days[0] is not None and is_day(days[0]),
        "effective_until": "effective_until" in row and (days[1] is None or is_day(days[1])),
        "signed_by_code": isinstance(row.get("signed_by_code"), str)
        and bool(row["signed_by_code"]),
        "source_codes": bool(sources := list(lists_of_sources(row))) and all(sources),
    }
    return [name for name, is_so in sound.items() if not is_so]


def is_day(value: object) -> bool:
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


def test_every_row_of_every_file_has_its_version_days_sources_and_signature() -> None:
    assert [(where, lacks) for where, row in ALL_ROWS if (lacks := wanting(row))] == []


@pytest.mark.parametrize(
    "name", ["version", "effective_from", "effective_until", "signed_by_code", "source_codes"]
)
def test_a_row_that_lacks_one_of_them_is_found(name: str) -> None:
    lab = json.loads((loader.HERE / "labs.json").read_text())["labs"][0]
    assert wanting(lab) == []
    assert wanting({key: value for key, value in lab.items() if key != name}) == [name]


def test_every_row_is_held_and_dated() -> None:
    """What is held is what turns: no kind of row is forgotten where the days are counted."""
    assert len(HELD.rows) == len(ALL_ROWS)


def test_what_counts_on_a_day_is_known_by_its_code() -> None:
    """Of two rows of one thing, one ends before the other begins."""
    # Questionnaires overlap: the older one may be answered for a while.
    rows = [(where, row) for where, row in ALL_ROWS if "questionnaires" not in where]
    for where, row in rows:
        twins = [each for at, each in ALL_ROWS if at == where and subject(each) == subject(row)]
        for other in twins:
            apart = row is other or ends(row) < begins(other) or ends(other) < begins(row)
            assert apart, (where, subject(row))


def subject(row: dict[str, Any]) -> tuple[str, ...]:
    """Return what a row is about: its code or codes, not what it says of them."""
    named = [value for key, value in row.items() if key in SUBJECTS]
    if "figure" in row:
        named += [row["figure"]["figure_code"], row["figure"]["week"]]
    # Of floors and of mixtures there is one row a day.
    return tuple(str(each) for each in named)


SUBJECTS = {
    "ingredient_code",
    "ingredient_codes",
    "product_code",
    "protocol_code",
    "interval_days",
    "rule_id",
    "rule_code",
    "system",
    "code",
    "scale",
    "lab_code",
    "therapy_code",
    "jurisdiction_code",
    "week",
    "language",
}


def begins(row: dict[str, Any]) -> str:
    return str(row["effective_from"])


def ends(row: dict[str, Any]) -> str:
    return str(row["effective_until"] or "9999-12-31")
