"""The files the architecture tests read."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "services"
FOUR = ("billing", "consult", "safety", "sessions")
# What Python, tools and runs leave in a clone that is not under version control.
LEFT = {".git", ".venv", ".state", "__pycache__"}


def services() -> list[Path]:
    """Return the folder of every service there is."""
    return sorted(
        folder
        for folder in SERVICES.iterdir()
        if folder.is_dir() and folder.name not in {"chassis", "__pycache__"}
    )


def modules(*rooms: str) -> list[Path]:
    """Return every module below `rooms`, generated ones left out."""
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def name(path: Path) -> str:
    """Return a path as the test's output shows it."""
    return str(path.relative_to(ROOT))


@cache
def tree(module: Path) -> ast.Module:
    """Return the module, parsed."""
    return ast.parse(module.read_text(), filename=str(module))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Path) -> Iterator[Function]:
    """Return every function and method of the module."""
    return (node for node in ast.walk(tree(module)) if isinstance(node, Function))


def length(node: Function) -> int:
    """Return a function's lines, its decorators left out."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that is, or would be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        found = [ROOT / path for path in listed.stdout.split("\0") if path]
    else:  # a copy without its history
        found = [path for path in ROOT.rglob("*") if not LEFT & set(path.parts)]
    return tuple(path for path in found if path.is_file())
