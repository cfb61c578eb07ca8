"""The folder a run keeps its data in: `.state` in the clone, or one that is gone afterwards."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from deploy.local.accounts import server_account
from deploy.local.guard import Guard
from deploy.local.processes import record, recorded
from deploy.local.secrets import write_private

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "mesoflow-"
# Our own folder may be passed through by the user that runs PostgreSQL, and listed by nobody else.
PASSABLE = 0o711


class Refused(Exception):
    """This state folder cannot be used now; the message says why and what to do."""


def state_folder() -> Path:
    """Return where this clone keeps its state, wherever the data itself may lie."""
    return Path(os.environ.get("MESOFLOW_STATE_DIR") or ROOT / ".state").resolve()


def holder() -> psutil.Process | None:
    """Return the process that keeps the stack of this clone running, if there is one."""
    return recorded(state_folder() / "run.json")


@contextlib.contextmanager
def kept() -> Iterator[Path]:
    """Hold the clone's state for one run, and give the folder its data lies in."""
    folder = _ours(state_folder())
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(_who_holds(folder)) from None
        record(folder / "run.json", os.getpid())
        try:
            yield location()
        finally:
            (folder / "run.json").unlink(missing_ok=True)


@contextlib.contextmanager
def fresh(guard: Guard) -> Iterator[Path]:
    """Give an empty folder that is removed afterwards, also when the run is killed."""
    folder = _made(tempfile.gettempdir(), "/var/tmp", "/tmp")
    guard.sweep(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def location() -> Path:
    """Return where the clone's data lies: in its state folder, unless the server cannot go there.

    A clone in a closed home (as root) or at a very long path has its data under /var/tmp, and a
    pointer to it; the pointer counts only when what it names is ours and points back.
    """
    folder = _ours(state_folder())
    if server_account(folder / "postgres" / "data").enters(folder):
        return folder
    pointer = folder / "location"
    if pointer.exists():
        there = Path(pointer.read_text())
        if _belongs(there, folder):
            return there
    made = _made("/var/tmp", tempfile.gettempdir(), "/tmp")
    write_private(made / "belongs-to", str(folder))
    write_private(pointer, str(made))
    return made


def remove() -> None:
    """Remove the clone's state and its data; nothing may be running on it."""
    folder = state_folder()
    if not folder.exists():
        return
    with kept() as data:
        for path in {data, folder}:
            shutil.rmtree(path, ignore_errors=True)


def _ours(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise Refused(
            f"{folder} belongs to another user; remove it as that user, "
            "or name a folder of your own in MESOFLOW_STATE_DIR"
        )
    folder.chmod(PASSABLE)
    return folder


def _made(*parents: str) -> Path:
    """Make a folder in the first of `parents` where the server's user may go and run programs."""
    account = server_account(Path("/nonexistent"))
    for parent in map(Path, parents):
        usable = parent.is_dir() and os.access(parent, os.W_OK) and account.enters(parent)
        if usable and not os.statvfs(parent).f_flag & os.ST_NOEXEC:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
            folder.chmod(PASSABLE)
            return folder
    raise Refused(f"none of {', '.join(parents)} can be used; set TMPDIR to a folder that can")


def _belongs(there: Path, folder: Path) -> bool:
    try:
        mine = there.lstat().st_uid == os.geteuid() and there.is_dir() and not there.is_symlink()
        return mine and (there / "belongs-to").read_text() == str(folder)
    except OSError:
        return False


def _who_holds(folder: Path) -> str:
    running = recorded(folder / "run.json")
    who = f"process {running.pid}" if running else "another process"
    return f"the local stack of this clone is already running ({who}); `make down` stops it"
