"""What README tells a newcomer to type does what it says."""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.rpc.error_details_pb2 import ErrorInfo

from deploy.local import state
from deploy.local.state import ROOT

README = (ROOT / "README.md").read_text()
FENCED = re.compile(r"```sh\n(.*?)```", re.DOTALL)
DONE_SECONDS = 60


def blocks(heading: str) -> list[str]:
    """Return the fenced commands under a heading."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return FENCED.findall(section)


def environment(folder: Path) -> dict[str, str]:
    """Return a newcomer's environment, with a state folder of the test's own."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "MESOFLOW_STATE_DIR": str(folder)}


def typed(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type commands into a shell, in the clone."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=DONE_SECONDS,
    )


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The first block, typed and left running in a shell of its own; its state folder."""
    folder = tmp_path / "state"
    monkeypatch.setenv("MESOFLOW_STATE_DIR", str(folder))
    up = subprocess.Popen(
        ["bash", "-c", blocks("Call it")[0]],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert up.stdout is not None
    said = ""
    try:
        for line in up.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        assert "a token for" in said, said
        yield folder
    finally:
        down = typed("make down", folder)
        up.stdout.read()
        up.stdout.close()
        up.wait(DONE_SECONDS)
        state.remove()
    assert down.returncode == 0, down.stderr


def test_what_is_typed_under_call_it_works(newcomer: Path) -> None:
    up, curl, example = blocks("Call it")
    assert "make up" in up

    first, again = (typed(curl, newcomer) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert '"chainId"' in first.stdout
    assert (again.returncode, again.stdout) == (0, first.stdout)

    renamed = typed(curl.replace('"example"', '"another"'), newcomer)
    assert renamed.returncode != 0
    assert reason_in(renamed.stderr) == "REQUEST_ID_REUSED"

    variables = "\n".join(line for line in curl.splitlines() if re.match(r"[A-Z]+=", line))
    ran = typed(f"{variables}\n{example}", newcomer)
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"^clinic [0-9a-f-]{36} etag", ran.stdout, re.MULTILINE)
    assert "mesoflow.consult.v1.ClinicOpened version 1" in ran.stdout
    assert "caught up; resume later with" in ran.stdout


def test_help_lists_every_target_that_readme_names(tmp_path: Path) -> None:
    listed = typed("make help", tmp_path)
    named = set(re.findall(r"(?:`|^)make ([a-z]+(?:-[a-z]+)*)", README, re.MULTILINE))
    known = set(re.findall(r"^  make ([a-z-]+)", listed.stdout, re.MULTILINE))

    assert listed.returncode == 0
    assert {"demo", "test", "up", "check", "bench", "help"} <= named
    assert named <= known


def test_every_file_that_readme_links_to_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)

    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []


def reason_in(error: str) -> str:
    """Return the reason in what `buf curl` prints of a refusal: its details are packed."""
    detail = json.loads(error)["details"][0]["value"]
    return ErrorInfo.FromString(base64.b64decode(detail + "=" * (-len(detail) % 4))).reason
