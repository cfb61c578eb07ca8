"""One short round of every figure ends by itself and prints what a reader of it expects."""

import json
import subprocess
import sys

import pytest

from deploy.local.state import ROOT
from tests.bench.__main__ import FIGURES

FIELDS = ["figure", "concurrency", "value", "unit", "floor", "ratio", "p50_ms", "p99_ms"]
SECONDS_MOST = 110


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_measured_against_its_floor(figure: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--only", figure],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS_MOST,
    )

    assert said.returncode == 0, said.stderr
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert lines
    for line in lines:
        assert list(line) == FIELDS
        assert line["figure"].startswith(figure)
        assert line["value"] > 0
        assert line["floor"] > 0
        assert line["ratio"] > 0
