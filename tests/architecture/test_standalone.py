"""Each service runs from the chassis, itself and the generated schema alone."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SERVICES, services

# Without `site`, so that the clone's own path entry cannot lend what is missing.
IMPORT = """
import sys
sys.path[:0] = [{here!r}, {here!r} + "/gen", {packages!r}]
import services.{service}.main
strangers = [each for each in sys.modules if each.split(".")[0] in ("deploy", "tests")]
assert not strangers, strangers
assert services.{service}.main.__file__.startswith({here!r})
"""


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_a_service_needs_no_other(service: Path, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    (tmp_path / "services").mkdir()
    shutil.copy(SERVICES / "__init__.py", tmp_path / "services")
    for package in ("chassis", service.name):
        shutil.copytree(SERVICES / package, tmp_path / "services" / package, ignore=ignored)
    shutil.copytree(ROOT / "proto" / "gen", tmp_path / "gen", ignore=ignored)
    code = IMPORT.format(
        here=str(tmp_path), packages=sysconfig.get_path("purelib"), service=service.name
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
