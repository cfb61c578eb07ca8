"""`make up` in one shell, `make down` in another, and a service that dies in between."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import state
from deploy.local.stack import SERVICES
from deploy.local.state import ROOT

Command = Callable[..., subprocess.Popen[str]]
GONE_SECONDS = 60

pytestmark = pytest.mark.skipif(
    not all((ROOT / "services" / name / "__main__.py").exists() for name in SERVICES),
    reason="the four services are not all there",
)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run a command of the local stack over a state folder of its own."""
    monkeypatch.setenv("MESOFLOW_STATE_DIR", str(tmp_path / "state"))
    runs: list[subprocess.Popen[str]] = []

    def run(*words: str) -> subprocess.Popen[str]:
        line = [sys.executable, "-m", "deploy.local", *words]
        started = subprocess.Popen(
            line,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        runs.append(started)
        return started

    yield run
    for each in runs:
        each.terminate()
        each.wait(GONE_SECONDS)
        assert each.stdout is not None
        each.stdout.close()
    state.remove()


def read_until(run: subprocess.Popen[str], words: str) -> str:
    """Return what `run` says, up to the line with `words`."""
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"{words!r} was never said:\n{said}")


def test_up_serves_until_down(command: Command) -> None:
    up = command("up")
    said = read_until(up, "Ctrl-C")
    assert all(name in said for name in (*SERVICES, "postgres", "nats"))
    started = psutil.Process(up.pid).children()

    assert command("status").wait() == 0
    assert command("up").wait() == 1
    assert command("token", "--role", "auditor").communicate()[0].count(".") == 2

    consult = next(each for each in started if "services.consult" in each.cmdline())
    consult.kill()
    read_until(up, "consult ended; starting it again")

    assert command("down").wait() == 0
    assert up.wait(GONE_SECONDS) == 128 + signal.SIGTERM
    assert not any(each.is_running() for each in started)
    assert command("status").wait() == 1
