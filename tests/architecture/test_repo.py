"""What is committed runs anywhere: no host, no machine's path, and every package at one version."""

import contextlib
import importlib.metadata
import re
import subprocess
import tomllib

from tests.architecture.sources import ROOT, name, tracked

# Put together here, so that this file passes its own test.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("buf", "build"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
    ]
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(root|work|home/\w+|Users/\w+)/")
PINNED = re.compile(r"^[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9_.]*( ; [^@:]+)?$")
NOT_OURS = ("proto/vendor/", "proto/gen/", "LICENSE")
# Part of every virtual environment; the project itself.
UNPINNED = {"pip", "mesoflow"}
TARGETS = (
    *("help", "setup", "demo", "up", "down", "test", "check", "bench"),
    *("proto", "proto-check", "proto-baseline", "clean"),
)


def texts() -> dict[str, str]:
    """Return every text file that we wrote."""
    found = {}
    for path in tracked():
        if not name(path).startswith(NOT_OURS):
            with contextlib.suppress(UnicodeDecodeError):
                found[name(path)] = path.read_text()
    return found


def plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.split(" ; ")[0].split("==") for line in lines if not line.startswith("#")]
    return {plain(package): version for package, version in pins}


def test_there_is_something_to_read() -> None:
    assert {"Makefile", "pyproject.toml", "requirements.lock", ".ci/run"} <= set(texts())


def test_no_file_names_a_registry() -> None:
    named = {
        path: host for path, text in texts().items() for host in REGISTRY_HOSTS if host in text
    }
    assert named == {}


def test_no_file_names_a_place_on_one_machine() -> None:
    named = {
        path: found.group()
        for path, text in texts().items()
        if (found := MACHINE_PATH.search(text))
    }
    assert named == {}


def test_the_lock_holds_names_and_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#") and not PINNED.match(line)] == []


def test_the_lock_agrees_with_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
    ]
    pins = {plain(package): version for package, version in (each.split("==") for each in asked)}
    assert pins.items() <= locked().items()


def test_the_lock_names_everything_that_is_installed() -> None:
    installed = {plain(each.name): each.version for each in importlib.metadata.distributions()}
    assert {k: v for k, v in installed.items() if k not in UNPINNED} == {
        k: v for k, v in locked().items() if k in installed
    }


def test_help_lists_every_target() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert tuple(line.split()[1] for line in said.stdout.splitlines()) == TARGETS
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert tuple(phony.group(1).split()) == TARGETS


def test_targets_are_three_lines_at_most() -> None:
    rules = re.split(r"\n(?=[a-z-]+:)", (ROOT / "Makefile").read_text())
    assert max(rule.count("\n\t") for rule in rules) <= 3
