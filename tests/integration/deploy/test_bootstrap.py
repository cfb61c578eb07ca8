"""`make setup` finds an interpreter that will do, and says plainly when there is none."""

import json
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap


def interpreter(folder: Path, name: str, *answer: object) -> str:
    """Make a program that answers as a Python of this kind would."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH holds nothing yet, and whose `python3` is too old."""
    monkeypatch.setenv("PATH", str(tmp_path))
    old = interpreter(tmp_path, "python3", [3, 9], True, True, True)
    monkeypatch.setattr(sys, "executable", old)
    return tmp_path


def test_a_newer_python_on_the_path_is_found(only: Path) -> None:
    newer = interpreter(only, "python3.12", [3, 12], True, True, True)
    assert bootstrap.choose().path == newer


def test_one_that_can_fill_an_environment_by_itself_comes_first(only: Path) -> None:
    interpreter(only, "python3.13", [3, 13], True, False, True)
    whole = interpreter(only, "python3.11", [3, 11], True, True, True)
    assert bootstrap.choose().path == whole


def test_one_with_pip_alone_will_do(only: Path) -> None:
    lent = interpreter(only, "python3.13", [3, 13], True, False, True)
    assert bootstrap.choose().path == lent


def test_none_is_refused_with_what_was_found_and_what_to_do(only: Path) -> None:
    interpreter(only, "python3.11", [3, 11], True, False, False)
    with pytest.raises(SystemExit) as refused:
        bootstrap.choose()
    said = str(refused.value)
    assert "python3.11: 3.11, without ensurepip, pip" in said
    assert "python3: 3.9" in said
    assert "apt install python3 python3-venv" in said


def test_a_shim_that_does_not_run_is_passed_over(only: Path) -> None:
    shim = only / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    newer = interpreter(only, "python3.12", [3, 12], True, True, True)
    assert bootstrap.choose().path == newer


def test_what_is_installed_depends_on_lock_interpreter_and_place(
    only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twelve = bootstrap.Python(interpreter(only, "python3.12", [3, 12], True, True, True))
    before = bootstrap.fingerprint(twelve)
    assert before == bootstrap.fingerprint(twelve)
    lock = only / "lock"
    lock.write_text("nothing==1\n")
    monkeypatch.setattr(bootstrap, "LOCK", lock)
    after = bootstrap.fingerprint(twelve)
    assert before["packages"] != after["packages"]
    assert (before["python"], before["root"]) == (after["python"], after["root"])
