"""A run that was killed leaves nothing that stops the next one."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import state
from deploy.local.accounts import server_account
from deploy.local.stack import kept_stack
from deploy.local.state import Refused
from tests.integration.deploy.conftest import Held, Hold

Place = Callable[[Path], Path]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Make a folder the state folder of this test, and remove it afterwards."""

    def use(folder: Path) -> Path:
        monkeypatch.setenv("MESOFLOW_STATE_DIR", str(folder))
        return folder

    yield use
    state.remove()


@pytest.fixture
def folder(tmp_path: Path, place: Place) -> Path:
    return place(tmp_path / "state")


def start_again(held: Held) -> None:
    with kept_stack() as stack:
        assert stack.folder == held.folder
        stack.start_servers()


def test_the_servers_end_with_a_killed_run_and_the_next_one_starts(
    folder: Path, hold: Hold
) -> None:
    held = hold(folder)
    held.process.kill()
    held.await_gone()
    start_again(held)


def test_servers_that_outlived_even_their_guard_are_ended_by_the_next_run(
    folder: Path, hold: Hold
) -> None:
    held = hold(folder)
    guard = next(each for each in held.started if "guard.py" in " ".join(each.cmdline()))
    held.process.send_signal(signal.SIGSTOP)
    guard.kill()
    held.process.kill()
    held.process.wait()
    servers = [each for each in held.started if each != guard]
    assert all(each.is_running() for each in servers)
    start_again(held)
    held.await_gone()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_run_that_is_asked_to_stop_stops_its_servers(
    folder: Path, hold: Hold, number: signal.Signals
) -> None:
    held = hold(folder)
    held.process.send_signal(number)
    held.await_gone()
    assert not (folder / "run.json").exists()


def test_a_lock_file_that_names_a_living_stranger_stops_nothing(folder: Path, hold: Hold) -> None:
    held = hold(folder)
    for each in held.started:
        if each.name() == "postgres":
            each.kill()
    held.process.kill()
    held.await_gone()
    (held.folder / "processes" / "nats.json").write_text(
        f'{{"pid": {os.getpid()}, "started": 1.0}}'
    )
    assert (held.folder / "postgres" / "data" / "postmaster.pid").exists()
    start_again(held)
    assert psutil.pid_exists(os.getpid())


def test_a_second_run_is_told_who_runs(folder: Path, hold: Hold) -> None:
    held = hold(folder)
    refused = pytest.raises(Refused, match=rf"already running \(process {held.process.pid}\)")
    with refused, kept_stack():
        pass


def test_a_very_long_path_works(tmp_path: Path, place: Place, hold: Hold) -> None:
    held = hold(place(tmp_path.joinpath(*["a-folder-with-a-rather-long-name" * 3] * 9)))
    held.process.kill()
    held.await_gone()
    start_again(held)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its server to another user")
def test_a_closed_home_stays_closed(tmp_path: Path, place: Place, hold: Hold) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    held = hold(place(home / "clone" / ".state"))
    held.process.kill()
    held.await_gone()
    start_again(held)
    assert home.stat().st_mode & 0o777 == 0o700
    assert not server_account(Path("/nonexistent")).enters(home)
    assert state.location() == held.folder
