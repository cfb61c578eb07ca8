"""Records written for a test, and read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.demo.fhir import read
from deploy.demo.records import Records

Json = dict[str, object]
Read = Callable[..., Records]


@pytest.fixture
def records(tmp_path: Path) -> Read:
    """Write resources as files of a folder, and read the folder."""

    def read_all(*resources: Json) -> Records:
        for number, resource in enumerate(resources):
            (tmp_path / f"{number:02}.json").write_text(json.dumps(resource))
        return read(tmp_path)

    return read_all


def patient(**more: object) -> Json:
    return {"resourceType": "Patient", "id": "p", "birthDate": "1980-01-31", **more}
