"""`make check`: every check that needs no server, two at a time, with its time and verdict."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
AT_ONCE = 2
# The slowest first.
CHECKS: dict[str, tuple[str | Path, ...]] = {
    "types": (BIN / "mypy",),
    "architecture": (sys.executable, "-m", "pytest", "-q", "tests/architecture"),
    "imports": (BIN / "lint-imports",),
    "schema": (sys.executable, "proto/generate.py", "check"),
    "lint": (BIN / "ruff", "check"),
    "format": (BIN / "ruff", "format", "--check"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float
    output: str


def run(name: str) -> Verdict:
    """Run one check and keep what it said."""
    began = time.monotonic()
    done = subprocess.run(
        CHECKS[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return Verdict(name, done.returncode == 0, time.monotonic() - began, done.stdout)


def main() -> int:
    """Run all of them; return 1 if any failed."""
    failed = False
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for verdict in pool.map(run, CHECKS):
            word = "passed" if verdict.passed else "FAILED"
            print(f"{verdict.name:<14}{word}{verdict.seconds:7.1f} s", flush=True)
            if not verdict.passed:
                print(verdict.output, flush=True)
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
