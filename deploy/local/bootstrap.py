"""Create `.venv` with the locked packages and this project; do nothing when it is up to date.

Standard library only, and written so that an old `python3` can run it and find a newer one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "mesoflow-setup.json"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")
PROBE = """
import importlib.util as u, json, sys
has = lambda name: u.find_spec(name) is not None
print(json.dumps([list(sys.version_info[:2]), has("venv"), has("ensurepip"), has("pip")]))
"""
MADE = (
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
    ".grimp_cache",
    ".hypothesis",
)
NO_PYTHON = """\
Mesoflow needs Python 3.11 or newer with the venv module, and found none:
{found}
Install one (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13)
or name one: make setup PYTHON=/path/to/python3.12"""
PIP_ENVIRONMENT = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
    "PYTHONNOUSERSITE": "1",
}


class Python:
    """One interpreter on this machine and what it can do."""

    def __init__(self, path: str) -> None:
        """Ask the interpreter at `path` about itself; one that does not answer can do nothing."""
        self.path = path
        self.version, self.venv, self.ensurepip, self.pip = (0, 0), False, False, False
        with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
            answer = subprocess.run(
                [path, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60
            ).stdout
            version, self.venv, self.ensurepip, self.pip = json.loads(answer)
            self.version = (int(version[0]), int(version[1]))

    @property
    def usable(self) -> bool:
        """Whether it can make an environment and fill it."""
        return self.version >= OLDEST and self.venv and (self.ensurepip or self.pip)

    def __str__(self) -> str:
        """Say in one line what was found."""
        lacks = [name for name in ("venv", "ensurepip", "pip") if not getattr(self, name)]
        number = ".".join(map(str, self.version)) if self.version > (0, 0) else "does not run"
        return f"  {self.path}: {number}" + (f", without {', '.join(lacks)}" if lacks else "")


def choose() -> Python:
    """Return the interpreter that runs this file if it will do, else one on PATH that will."""
    found = [Python(sys.executable)]
    if not (found[0].usable and found[0].ensurepip):
        paths = (shutil.which(name) for name in NAMES)
        found += [Python(path) for path in paths if path]
    usable = [python for python in found if python.usable]
    if not usable:
        sys.exit(NO_PYTHON.format(found="\n".join(map(str, found))))
    return next((python for python in usable if python.ensurepip), usable[0])


def fingerprint(python: Python) -> dict[str, str]:
    """Return what the environment depends on: packages, interpreter, and where the clone lies."""
    pinned = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return {
        "packages": hashlib.sha256(pinned).hexdigest(),
        "python": ".".join(map(str, python.version)),
        "root": str(ROOT),
    }


def stamped() -> dict[str, str]:
    """Return what the environment was made from; empty when there is none that works."""
    works = Python(str(VENV / "bin" / "python")).version >= OLDEST
    try:
        stamp = json.loads(STAMP.read_text()) if works else {}
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def run(*command: str) -> None:
    """Run one step; its own output explains a failure."""
    done = subprocess.run(command, cwd=str(ROOT), env={**os.environ, **PIP_ENVIRONMENT})
    if done.returncode:
        sys.exit(f"make setup: this step failed: {' '.join(command)}")


def create(python: Python) -> None:
    """Make an empty environment; borrow the interpreter's own pip where `ensurepip` is missing."""
    options = ["--clear"] if python.ensurepip else ["--clear", "--without-pip"]
    run(python.path, "-m", "venv", *options, str(VENV))


def install(python: Python) -> None:
    """Install exactly the locked packages, then the project itself as an editable one."""
    inside = str(VENV / "bin" / "python")
    pip = [inside, "-m", "pip"]
    if not Python(inside).pip:
        pip = [python.path, "-m", "pip", "--python", inside]
    quiet = ["-qq", "--no-deps", "--no-warn-script-location"]
    run(*pip, "install", *quiet, "--requirement", str(LOCK))
    run(*pip, "install", *quiet, "--no-build-isolation", "--editable", str(ROOT))
    run(*pip, "-q", "check")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one setup at a time work on this clone; a second waits and finds the work done."""
    with (ROOT / ".setup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def setup() -> None:
    """Bring `.venv` up to date."""
    python = choose()
    wanted = fingerprint(python)
    with alone():
        there = stamped()
        if there == wanted:
            return
        print(
            f"make setup: installing packages into {VENV} (Python {wanted['python']})", flush=True
        )
        STAMP.unlink() if STAMP.exists() else None
        if (there.get("python"), there.get("root")) != (wanted["python"], wanted["root"]):
            create(python)
        install(python)
        STAMP.write_text(json.dumps(wanted))


def clean() -> None:
    """Stop the local stack, and remove what setup, runs and tools have left in the clone."""
    if stamped():
        run(str(VENV / "bin" / "python"), "-m", "deploy.local", "clean")
    for name in MADE:
        shutil.rmtree(str(ROOT / name), ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(str(ROOT / ".setup.lock"))


if __name__ == "__main__":
    {"setup": setup, "clean": clean}[sys.argv[1]]()
