"""What a service says when it is run by hand, and whose clock it goes by."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import service
from mesoflow.ops.v1 import service_pb2 as pb
from services.chassis import runtime
from services.chassis.clock import Clock, DevelopmentClock, SystemClock
from services.chassis.ops.clock import ClockMovedBack, MovableClock
from services.chassis.postgres.migrate import RevisionChanged

SETTINGS: Any = SimpleNamespace(service="consult", owner_url="postgresql:///nowhere")
NOTHING: Any = None


def test_a_store_of_other_code_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def migrate(url: str, service: str) -> list[str]:
        raise RevisionChanged("chassis/0001_chassis.sql")

    monkeypatch.setattr(sys, "argv", ["consult", "migrate"])
    monkeypatch.setattr(runtime, "migrate", migrate)
    monkeypatch.setattr(runtime, "log_as_json", lambda service: None)
    with pytest.raises(SystemExit, match="was edited after this store took it in"):
        runtime.main(SETTINGS, NOTHING, NOTHING)


def test_a_migration_that_fails_says_what_to_do() -> None:
    with pytest.raises(service.MigrationFailed, match="`make clean` removes the stores"):
        service.migrate([("nobody", {})])


@pytest.mark.parametrize(("development", "kind"), [(True, DevelopmentClock), (False, SystemClock)])
def test_only_in_development_a_clock_can_be_moved(
    tmp_path: Path, development: bool, kind: type[Clock]
) -> None:
    settings: Any = SimpleNamespace(development=development, state_dir=tmp_path)
    assert type(runtime.clock_of(settings)) is kind


async def test_the_clock_moves_forward_only(tmp_path: Path) -> None:
    served = MovableClock(DevelopmentClock(tmp_path / "clock"))
    moved = await served.MoveClock(pb.MoveClockRequest(offset_seconds=3600), NOTHING)
    assert moved.offset_seconds == 3600
    assert (await served.MoveClock(pb.MoveClockRequest(offset_seconds=3600), NOTHING)) is not None
    with pytest.raises(ClockMovedBack):
        await served.MoveClock(pb.MoveClockRequest(offset_seconds=3599), NOTHING)
    shown = await served.GetClock(pb.GetClockRequest(), NOTHING)
    assert shown.offset_seconds == 3600
    assert shown.clock_at.ToDatetime(UTC) - datetime.now(UTC) > timedelta(minutes=59)
