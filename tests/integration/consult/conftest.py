"""Consult with a safety that answers as the test says, and its directory at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from services.consult.clients.safety import Safety
from services.consult.domain.patient.keeping import Kept
from tests.integration.conftest import Serve
from tests.support.directory import Directory, founded


@dataclass
class SafetyDesk:
    """Stands for safety: says which serious cases are open, or nothing at all."""

    silent: bool = False
    case_ids: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    async def erasure(self, patient_ids: Sequence[str]) -> Kept | None:
        self.asked = tuple(patient_ids)
        return None if self.silent else Kept(self.case_ids, datetime.now(UTC), 1)


@pytest.fixture
def safety(monkeypatch: pytest.MonkeyPatch) -> SafetyDesk:
    """A safety that knows of nothing, asked instead of the neighbour."""
    desk = SafetyDesk()

    async def erasure(client: Safety, patient_ids: Sequence[str]) -> Kept | None:
        return await desk.erasure(patient_ids)

    monkeypatch.setattr(Safety, "erasure", erasure)
    return desk


@pytest.fixture
async def directory(serve: Serve, safety: SafetyDesk) -> Directory:
    """The administrator and the front desk of a registered chain, at a running consult."""
    return await founded(await serve())
