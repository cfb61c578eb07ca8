"""The demo as a newcomer runs it: a command with an exit code, words to read, and nothing left."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.demo.answers import ANSWERS
from deploy.local.state import ROOT

DATA = Path(os.environ.get("MESOFLOW_TEST_DATA", ROOT / "../shared/data")).resolve() / "fhir_r4"
SECONDS = 240
INTERRUPTED = 128 + signal.SIGINT
# How the sample's patients end: blocked, referred, reviewed, refused for a pair and for a dose.
ENDS = {
    "a": "TREATED",
    "b": "refused PAIR_NOT_COMPATIBLE",
    "c": "refused NOT_SUITABLE",
    "d": "refused NOT_SUITABLE",
    "e": "TREATED",
    "f": "refused DOSE_EXCEEDED",
}
Demo = Callable[..., subprocess.Popen[str]]

pytestmark = pytest.mark.timeout(SECONDS)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Start the demo as a process; what it keeps lies in a folder of the test's own."""
    runs: list[subprocess.Popen[str]] = []

    def run(*words: str | Path) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, "MESOFLOW_STATE_DIR": str(tmp_path / "state"), "COLUMNS": "200"},
        )
        runs.append(started)
        return started

    yield run
    for each in runs:
        if each.returncode is None:
            each.terminate()
            each.communicate()


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = run.communicate()
    return run.returncode, said


def test_the_sample_is_treated_and_proved(demo: Demo) -> None:
    code, said = ended(demo())
    assert code == 0, said
    assert "the end state is right" in said
    assert "Patient/sample-a second session started" in said
    assert "HOLD_ACTIVE" in said
    assert "PAIR ascorbic_acid+copper OXIDATION_OF_ASCORBIC_ACID (R60)" in said
    for patient, end in ENDS.items():
        assert f"Patient/sample-{patient} {end}" in said
    assert "Patient/sample-e review signed" in said
    for told in ("suitability BLOCKED", "suitability REFER", "suitability PHYSICIAN_REVIEW"):
        assert told in said
    assert "DOSE dutasteride 1000 of at most 500 micrograms per session" in said
    assert "scripted" in said
    assert not any(name in said for name in ("Arden", "Birch", "Cedar", "Dogwood", "Elder"))


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no public FHIR examples in {DATA}")
def test_the_published_records_end_as_they_must(demo: Demo) -> None:
    code, said = ended(demo(DATA))
    assert code == 0, said
    assert "not read Patient-animal.json: NOT_A_PERSON" in said
    assert "Patient/pat3 refused PATIENT_DECEASED" in said
    assert "Patient/newborn refused PATIENT_UNDER_AGE" in said
    assert "Patient/dicom refused PATIENT_AGE_UNKNOWN" in said
    assert "EXCLUSION pdrn is excluded by rule CODED-FISH-ALLERGY" in said
    assert [name for name in names() if f" {name} " in said] == []


def names() -> set[str]:
    """Return every name in the published patients' records."""
    written = [json.loads(path.read_text()) for path in DATA.glob("Patient-*.json")]
    named = [name for patient in written for name in patient.get("name", [])]
    parts = [part for name in named for part in [*name.get("given", []), name.get("family", "")]]
    return {part for part in parts if len(part) > 2}


def test_another_end_than_the_right_one_fails(demo: Demo, tmp_path: Path) -> None:
    answers = json.loads(ANSWERS.read_text())
    answers["patients"]["Patient/sample-b"]["expected"] = "TREATED"
    wrong = tmp_path / "answers.json"
    wrong.write_text(json.dumps(answers))
    code, said = ended(demo("--answers", wrong))
    assert code == 1, said
    assert "differs Patient/sample-b: ended with PAIR_NOT_COMPATIBLE, must end with TREATED" in said
    assert (tmp_path / "state" / "demo-logs" / "consult.log").exists()


def test_nothing_to_read_starts_nothing(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    for path, complaint in ((tmp_path / "gone", "does not exist"), (tmp_path, "NOT_JSON")):
        code, said = ended(demo(path))
        assert code == 2, said
        assert complaint in said
        assert "serve" not in said


@pytest.mark.parametrize("moment", ["four services serve", "Patient/sample-a plan accepted"])
def test_ctrl_c_leaves_nothing_behind(demo: Demo, moment: str) -> None:
    run = demo()
    assert run.stdout is not None
    assert any(moment in line for line in run.stdout)
    started = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGINT)
    code, said = ended(run)
    assert code == INTERRUPTED, said
    assert "Traceback" not in said
    assert len(started) > 6
    assert psutil.wait_procs(started, timeout=10)[1] == []
