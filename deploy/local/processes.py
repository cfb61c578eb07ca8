"""A program that runs beside us: started, awaited, stopped, killed and started again."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local.accounts import Account
from deploy.local.guard import POLL_SECONDS, Guard, alive, gone

LAUNCH = Path(__file__).with_name("launch.py")
STOP_SECONDS = 30.0
READY_SECONDS = 60.0
LOG_TAIL_LINES = 20
# Two processes with one id that began within this time are one process.
SAME_START_SECONDS = 2.0


class NotReady(Exception):
    """A program that was started ended, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, as whom, and how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    folder: Path
    account: Account = field(default_factory=lambda: Account(os.geteuid(), os.getegid()))
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def record(self) -> Path:
        return self.folder / "processes" / f"{self.name}.json"


class Running:
    """One run of a program."""

    def __init__(self, program: Program, guard: Guard) -> None:
        """Start it, after ending a run that an earlier crash left behind."""
        self.program, self._guard = program, guard
        for parent in (program.log.parent, program.record.parent):
            parent.mkdir(exist_ok=True, mode=0o700)
        end_left_over(program)
        self._process = self._launch()
        record(program.record, self._process.pid)

    def _launch(self) -> subprocess.Popen[bytes]:
        program = self.program
        numbers = (self._guard.descriptor, program.stop_signal.value)
        user = (program.account.uid, program.account.gid)
        launch = [sys.executable, "-I", "-S", str(LAUNCH), *map(str, numbers + user)]
        with program.log.open("ab") as log:
            return subprocess.Popen(
                [*launch, *program.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env=dict(program.environment),
                pass_fds=(self._guard.descriptor,),
                # Ctrl-C is ours to answer: servers are stopped in order, not all at once.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def until(self, ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
        """Wait until `ready` says so; raise what the log says when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while self.alive and time.monotonic() < deadline:
            if ready():
                return
            time.sleep(POLL_SECONDS)
        what = "did not answer in time" if self.alive else f"ended with {self._process.returncode}"
        raise NotReady(f"{self.program.name} {what}; {self.program.log} ends:\n{self._log_tail()}")

    def stop(self, stop_signal: signal.Signals | None = None) -> int:
        """Ask it to stop, kill it when it will not, and return its exit code."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.send_signal(stop_signal or self.program.stop_signal)
            self._process.wait(STOP_SECONDS)
        return self.kill()

    def kill(self) -> int:
        """End it at once, as `kill -9` does, and return its exit code."""
        self._process.kill()
        code = self._process.wait()
        self._guard.forget(self.pid)
        self.program.record.unlink(missing_ok=True)
        return code

    def _log_tail(self) -> str:
        lines = self.program.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])


def record(path: Path, pid: int) -> None:
    """Write down which process it is: an id alone may be another's by the time it is read."""
    with contextlib.suppress(psutil.NoSuchProcess):
        path.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}))


def recorded(path: Path) -> psutil.Process | None:
    """Return the process that was written down, if it still runs and is the same one."""
    try:
        written = json.loads(path.read_text())
        process = psutil.Process(written["pid"])
        same = abs(process.create_time() - written["started"]) < SAME_START_SECONDS
    except (OSError, ValueError, KeyError, TypeError, psutil.NoSuchProcess):
        return None
    return process if same and alive(process) else None


def end_left_over(program: Program) -> None:
    """End the run of `program` that an earlier crash left behind, if there is one."""
    process = recorded(program.record)
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(program.stop_signal)
        gone([process], STOP_SECONDS)
        process.kill()
