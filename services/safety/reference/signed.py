"""Signed files: what each of them says of itself, and how one is read."""

from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import TypeVar

import msgspec

TableT = TypeVar("TableT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Which version this is, since when, on what grounds, and who answers for it.

    `signed_by` is None until a clinical lead has signed: the rows are a proposal then.
    """

    version: str
    effective_from: date
    source: str
    signed_by: str | None


def read(filename: str, table: type[TableT]) -> TableT:
    """Read a file of this room as `table`. Raises msgspec.ValidationError where it is not one."""
    text = resources.files(__package__ or __name__).joinpath(filename).read_bytes()
    return msgspec.json.decode(text, type=table)
