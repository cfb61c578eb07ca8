"""Servers for the tests of the local stack, and runs of them that can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from deploy.local.stack import Stack, fresh_stack
from deploy.local.state import ROOT

GONE_SECONDS = 30


@dataclass(frozen=True)
class Held:
    """A run in a process of its own, and the processes it started."""

    process: subprocess.Popen[str]
    folder: Path
    started: list[psutil.Process]

    def await_gone(self) -> None:
        """Wait until nothing of the run is left."""
        self.process.wait(GONE_SECONDS)
        _, alive = psutil.wait_procs(self.started, timeout=GONE_SECONDS)
        left = [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
        assert left == []


Hold = Callable[[Path], Held]


@pytest.fixture(scope="module")
def servers() -> Iterator[Stack]:
    """PostgreSQL and NATS with nothing in them."""
    with fresh_stack() as stack:
        stack.start_servers()
        yield stack


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Start a run over a state folder; whatever is left of it is stopped afterwards."""
    runs: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> Held:
        run = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.deploy.held"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "MESOFLOW_STATE_DIR": str(folder)},
        )
        runs.append(run)
        assert run.stdout is not None
        said = json.loads(run.stdout.readline() or _failure(run))
        children = [psutil.Process(pid) for pid in said["children"].values()]
        return Held(run, Path(said["folder"]), children)

    yield start
    for run in runs:
        run.communicate()


def _failure(run: subprocess.Popen[str]) -> str:
    raise AssertionError(run.communicate()[1])
