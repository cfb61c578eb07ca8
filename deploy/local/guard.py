"""End what a run started when that run is gone, however it went.

A process of its own that reads its standard input until it closes. The pipe's other end is held by
the run alone, so even `kill -9` closes it; this works on every Unix, and unlike a parent-death
signal it does not fire when the mere thread that started a server ends.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import psutil

PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.05


class Closeable(Protocol):
    """What a run holds and must let go of."""

    def close(self) -> None: ...


HeldT = TypeVar("HeldT", bound=Closeable)


class Guard:
    """The run's end of the pipe."""

    def __init__(self) -> None:
        """Start the guarding process, out of reach of the terminal's Ctrl-C."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__], stdin=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        self._held = contextlib.ExitStack()

    def hold(self, held: HeldT) -> HeldT:
        """Close `held` at the end of the run."""
        return self._held.enter_context(contextlib.closing(held))

    @property
    def descriptor(self) -> int:
        """The pipe, for `launch.py` to announce a new process on."""
        return self._pipe.fileno()

    def forget(self, pid: int) -> None:
        """Stop watching a process that has ended."""
        self._tell("forget", pid)

    def sweep(self, folder: Path) -> None:
        """Remove `folder` at the end of the run."""
        self._tell("sweep", str(folder))

    def close(self) -> None:
        """End every process still watched, and wait until that is done."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()
        self._held.close()

    def _tell(self, *words: str | int) -> None:
        # A guard that was killed must not stop the run it guards.
        with contextlib.suppress(BrokenPipeError):
            os.write(self.descriptor, json.dumps(words).encode() + b"\n")


def alive(process: psutil.Process) -> bool:
    """Whether `process` still runs; one that merely waits to be reaped does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(processes: Iterable[psutil.Process], seconds: float) -> bool:
    """Wait until none of `processes` runs any more, and say whether that came about in time."""
    waited_for = list(processes)
    deadline = time.monotonic() + seconds
    while any(map(alive, waited_for)):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def end(watched: list[tuple[psutil.Process, int]]) -> None:
    """Ask all to stop, the youngest first; kill what is left when patience ends."""
    for process, stop_signal in reversed(watched):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(stop_signal)
    gone((process for process, _ in watched), PATIENCE_SECONDS)
    for process, _ in watched:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def main() -> None:
    """Watch until the run is gone, then end what it left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, tuple[psutil.Process, int]] = {}
    folders: list[str] = []
    for line in sys.stdin:
        match json.loads(line):
            case ["watch", int(pid), int(stop_signal)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    watched[pid] = (psutil.Process(pid), stop_signal)
            case ["forget", int(pid)]:
                watched.pop(pid, None)
            case ["sweep", str(folder)]:
                folders.append(folder)
    end(list(watched.values()))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
