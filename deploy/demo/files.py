"""Files of records, opened with care: what cannot be read is a problem with its reason."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from deploy.demo.elements import CONTROL, Element, Malformed, children, text
from deploy.demo.records import NotTaken, Problem

FILE_BYTES_MOST = 32 * 1024 * 1024
ALL_BYTES_MOST = 256 * 1024 * 1024
FILES_MOST = 10_000
SHOWN_MOST = 120


class Unreadable(Exception):
    """There is nothing to read at this path; the message says why."""


class Found:
    """A resource with where it stands."""

    def __init__(self, where: str, resource: Element, full_url: str = "") -> None:
        self.where, self.resource, self.full_url = where, resource, full_url


def found(path: Path) -> Iterator[Found | Problem]:
    """Yield every resource at `path`, a file or a folder, and a problem for what cannot be read.

    Raises Unreadable where there is nothing at all.
    """
    left = ALL_BYTES_MOST
    for file, where in _files(path):
        try:
            raw = _bytes(file, path, left)
            left -= len(raw)
            yield from _resources(parsed(raw), where)
        except NotTaken as refused:
            yield Problem(where, refused.reason, refused.detail)
        except OSError as error:
            yield Problem(where, "UNREADABLE_FILE", os.strerror(error.errno or 0))


def shown(name: str) -> str:
    """Return a file's name as it may be printed."""
    cleaned = CONTROL.sub("?", name)
    return cleaned if len(cleaned) <= SHOWN_MOST else f"{cleaned[:SHOWN_MOST]}…"


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path, shown(path.name)
        return
    if not path.is_dir():
        what = "is neither a file nor a folder" if path.exists() else "does not exist"
        raise Unreadable(f"{shown(str(path))} {what}")
    names = sorted(
        Path(folder) / name
        for folder, folders, files in os.walk(path)
        for name in [*files, *(each for each in folders if (Path(folder) / each).is_symlink())]
    )
    if not names:
        raise Unreadable(f"{shown(str(path))} is empty")
    if len(names) > FILES_MOST:
        raise Unreadable(f"{shown(str(path))} has {len(names)} files; {FILES_MOST} are the most")
    for name in names:
        yield name, shown(str(name.relative_to(path)))


def _bytes(file: Path, root: Path, left: int) -> bytes:
    if root.is_dir() and not file.resolve().is_relative_to(root.resolve()):
        raise NotTaken("LINK_LEADS_OUT", "the link leads out of the folder")
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise NotTaken("NOT_A_FILE", "neither a regular file nor a link to one")
    if file.suffix.lower() == ".xml":
        raise NotTaken("NOT_JSON", "FHIR's JSON is read, its XML is not")
    most = min(FILE_BYTES_MOST, left)
    with file.open("rb") as opened:
        raw = opened.read(most + 1)
    if len(raw) > most:
        raise NotTaken("TOO_LARGE", f"more than {most} bytes")
    return raw


def parsed(raw: bytes) -> object:
    """Return what JSON says; raise NotTaken where it is not JSON as everyone reads it."""
    try:
        return json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise NotTaken("NOT_UTF8", f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotTaken("NOT_JSON", f"{error.msg} at {where}") from None
    except RecursionError:
        raise NotTaken("NESTED_TOO_DEEP", "nested deeper than any record is") from None
    except ValueError:
        raise NotTaken("NOT_JSON", "a number that is too long") from None


def _once(pairs: list[tuple[str, object]]) -> Element:
    # Readers differ in which of two they take; a record that says two things says nothing.
    if len(element := dict(pairs)) != len(pairs):
        raise NotTaken("NAME_TWICE", "an element stands twice in the same object")
    return element


def _no_constant(_: str) -> object:
    raise NotTaken("NOT_JSON", "a number that is none")


def _resources(value: object, where: str) -> Iterator[Found | Problem]:
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise NotTaken("NOT_A_RESOURCE", "no object with a resourceType")
    if value["resourceType"] != "Bundle":
        yield Found(where, value)
        return
    try:
        entries = children(value, "entry")
    except Malformed:
        raise NotTaken("MALFORMED", "entry is no list of objects") from None
    for number, entry in enumerate(entries):
        yield _entry(entry, f"{where} entry {number}")


def _entry(entry: Element, where: str) -> Found | Problem:
    resource = entry.get("resource")
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return Problem(where, "NOT_A_RESOURCE", "no object with a resourceType")
    try:
        return Found(where, resource, text(entry, "fullUrl"))
    except Malformed:
        return Problem(where, "MALFORMED", "fullUrl is no string")
