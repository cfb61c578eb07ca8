"""Everything of a subject is read, page by page, or refused as a whole."""

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from services.chassis.grpc import api as grpc_api
from services.chassis.grpc import whole
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Call, Context
from services.chassis.grpc.whole import everything
from services.chassis.handling import Aggregate, ClinicForbidden, Page, PageQuery, Versioned
from services.chassis.identity import Principal
from services.chassis.kernel import Decider

CALLER = Principal("someone", "chain", frozenset(), frozenset(), None, 0.0, "")


@dataclass(frozen=True, slots=True)
class Kept:
    kept_id: str
    subject_id: str
    clinic_id: str


KEPT: Aggregate[Any, Any, Any, Any] = Aggregate(
    "kept", cast(Decider[Any, Any, Any, Any], None), Kept
)
ROWS = [
    Kept("1", "a", "here"),
    Kept("2", "a", "there"),
    Kept("3", "b", "here"),
    Kept("4", "a", "here"),
]


class Store:
    """Gives one document a page."""

    async def page(
        self, chain_id: str, aggregate: Aggregate[Any, Any, Any, Any], query: PageQuery
    ) -> Page[Kept]:
        assert (chain_id, query.clinics) == ("chain", None)
        (wanted,) = query.filters.items()
        left = [
            row
            for row in ROWS
            if getattr(row, wanted[0]) == wanted[1] and row.kept_id > (query.after or "")
        ]
        items = [Versioned(row, 1) for row in left[:1]]
        return Page(items, left[0].kept_id if len(left) > 1 else None)


@dataclass(frozen=True)
class Door:
    """What of Api is asked."""

    store: Store


async def read(monkeypatch: pytest.MonkeyPatch, *clinics: str) -> list[str]:
    """Return the ids of what a caller of `clinics` reads of the subjects a and b."""
    call = Call("m", None, None, cast(Context, None), replace(CALLER, clinics=frozenset(clinics)))
    for module in (grpc_api, whole):
        monkeypatch.setattr(module, "current", lambda: call)
    found = await everything(cast(Api, Door(Store())), KEPT, "subject_id", ["a", "b", "a"])
    return [each.state.kept_id for each in found]


async def test_every_page_of_every_subject_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await read(monkeypatch) == ["1", "2", "4", "3"]


async def test_one_document_out_of_reach_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await read(monkeypatch, "here", "there") == ["1", "2", "4", "3"]
    with pytest.raises(ClinicForbidden):
        await read(monkeypatch, "here")
