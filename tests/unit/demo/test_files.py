"""Files as anyone may hand them over: hostile ones are problems with a reason, no more."""

import json
import os
from pathlib import Path

import pytest

from deploy.demo.fhir import read
from deploy.demo.files import FILE_BYTES_MOST, Unreadable
from tests.unit.demo.conftest import Read, patient


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "NOT_JSON"),
        (b"{", "NOT_JSON"),
        (b"<Patient/>", "NOT_JSON"),
        (b"[]", "NOT_A_RESOURCE"),
        (b"null", "NOT_A_RESOURCE"),
        (b'{"resourceType": 1}', "NOT_A_RESOURCE"),
        (b'{"resourceType": "Bundle", "entry": {}}', "MALFORMED"),
        ('{"resourceType": "Patient", "id": "ä"}'.encode("utf-16"), "NOT_UTF8"),
        (b"\xff\xfe\x00", "NOT_UTF8"),
        (b"[" * 200_000, "NESTED_TOO_DEEP"),
        (b'{"resourceType": "Patient", "id": NaN}', "NOT_JSON"),
        (b'{"resourceType": "Patient", "n": ' + b"9" * 5000 + b"}", "NOT_JSON"),
        (b'{"resourceType": "Patient", "id": "a", "id": "b"}', "NAME_TWICE"),
        (b" " * (FILE_BYTES_MOST + 1), "TOO_LARGE"),
    ],
)
def test_a_hostile_file_is_a_problem_and_the_rest_go_on(
    records: Read, tmp_path: Path, raw: bytes, reason: str
) -> None:
    (tmp_path / "zz.json").write_bytes(raw)
    found = records(patient())
    assert [(each.where, each.reason) for each in found.problems] == [("zz.json", reason)]
    assert len(found.patients) == 1


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps(patient()), encoding="utf-8-sig")
    assert len(read(tmp_path).patients) == 1


def test_links_pipes_and_xml_are_not_read(records: Read, tmp_path: Path) -> None:
    folder, outside = tmp_path, tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "p.json").write_text(json.dumps(patient(id="outside")))
    (folder / "link.json").symlink_to(outside / "p.json")
    (folder / "linked").symlink_to(outside)
    (folder / "round").symlink_to(folder)
    (folder / "dangling.json").symlink_to(folder / "nothing")
    (folder / "p.xml").write_text("<Patient/>")
    os.mkfifo(folder / "pipe.json")
    found = records(patient())
    assert {each.where: each.reason for each in found.problems} == {
        "dangling.json": "UNREADABLE_FILE",
        "link.json": "LINK_LEADS_OUT",
        "linked": "LINK_LEADS_OUT",
        "p.xml": "NOT_JSON",
        "pipe.json": "NOT_A_FILE",
        "round": "NOT_A_FILE",
    }
    assert [each.reference for each in found.patients] == ["Patient/p"]


def test_file_names_are_shown_without_control_characters(records: Read, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J\n.json").write_text("{")
    assert [each.where for each in records(patient()).problems] == ["a?[2J?.json"]


def test_nothing_to_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is empty"):
        read(tmp_path)
    with pytest.raises(Unreadable, match="does not exist"):
        read(tmp_path / "gone")
