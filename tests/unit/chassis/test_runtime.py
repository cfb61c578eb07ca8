"""What a service says when it is run by hand."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import service
from services.chassis import runtime
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
