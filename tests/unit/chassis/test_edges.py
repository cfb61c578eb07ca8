"""Refusals on the wire, page tokens, signals, settings, logs."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import version_in
from services.chassis.grpc.canonical import spell
from services.chassis.grpc.errors import STATUS, details, trailers
from services.chassis.grpc.pages import PageToken
from services.chassis.handling import PageTokenInvalid
from services.chassis.kernel import DomainError, Fault, Violation
from services.chassis.logs import JsonFormatter
from services.chassis.settings import Settings
from services.chassis.signals import Signal, woken

ENVIRONMENT = {
    "MESOFLOW_ENV": "development",
    "MESOFLOW_STATE_DIR": "/tmp/state",
    "MESOFLOW_NATS_URL": "nats://x",
    "MESOFLOW_JWKS_URL": "file:///x",
    "MESOFLOW_CONSULT_DATABASE_URL": "postgresql://x",
    "MESOFLOW_CONSULT_ADDRESS": "127.0.0.1:1",
}


class Overdose(DomainError):
    """More than the limit."""


class Misspelt(DomainError):
    """The field is wrong."""

    fault = Fault.INVALID


def test_every_fault_has_a_status_of_its_own() -> None:
    assert set(STATUS) == set(Fault)
    assert len(set(STATUS.values())) == len(STATUS)
    assert grpc.StatusCode.UNKNOWN not in STATUS.values()


def test_a_refusal_says_what_would_make_it_succeed() -> None:
    refusal = Overdose(violations=[Violation("DOSE", "lidocaine", "410 mg over 400 mg")], lot="1")
    ((_, packed),) = trailers(refusal)
    status = status_pb2.Status.FromString(packed)
    assert (status.code, status.message) == (9, "More than the limit.")
    told, broken = details(refusal)
    assert told == error_details_pb2.ErrorInfo(
        reason="OVERDOSE", domain="mesoflow", metadata={"lot": "1"}
    )
    assert isinstance(broken, error_details_pb2.PreconditionFailure)
    assert broken.violations[0].subject == "lidocaine"


def test_a_wrong_field_is_named() -> None:
    _, broken = details(Misspelt(violations=[Violation("RULE", "a.b")]))
    assert isinstance(broken, error_details_pb2.BadRequest)
    assert (broken.field_violations[0].field, broken.field_violations[0].description) == (
        "a.b",
        "RULE",
    )
    assert len(details(Misspelt())) == 1


def test_a_page_token_is_bound_to_chain_list_and_filters() -> None:
    token = PageToken(b"key", "clinic", {"state": "OPEN"})
    written = token.write("after-this")
    assert token.read(written) == "after-this"
    others = [
        PageToken(b"other chain", "clinic", {"state": "OPEN"}),
        PageToken(b"key", "patient", {"state": "OPEN"}),
        PageToken(b"key", "clinic", {"state": "SHUT"}),
        PageToken(b"key", "clinic", {}),
    ]
    for other in others:
        with pytest.raises(PageTokenInvalid):
            other.read(written)
    for touched in ("", "A", "é", "B" + written[1:], written[:-4], written[4:]):
        with pytest.raises(PageTokenInvalid):
            token.read(touched)


@pytest.mark.parametrize(
    ("etag", "version"),
    [("", None), ('"7"', 7), ("7", 7), ("seven", -1), ('"-1"', -1), ("7.0", -1)],
)
def test_an_etag_names_a_version(etag: str, version: int | None) -> None:
    assert version_in(etag) == version


def test_ids_are_spelled_alike_and_other_texts_left_alone() -> None:
    request = pb.EnrolPractitionerRequest(request_id="AB-C", clinic_ids=["D1", "e2"])
    spell(request)
    assert (request.request_id, list(request.clinic_ids)) == ("ab-c", ["d1", "e2"])
    room = pb.AddRoomRequest(clinic_id="F", room_code="ROOM", etag="E")
    spell(room)
    assert (room.clinic_id, room.room_code, room.etag) == ("f", "ROOM", "E")


async def test_a_signal_wakes_all_who_took_its_mark_before() -> None:
    signal = Signal()
    marks = [signal.mark(), signal.mark()]
    signal.set()
    later = signal.mark()
    assert await asyncio.gather(*[woken(mark, 5) for mark in marks]) == [True, True]
    assert not await woken(later, 0.01)


def test_settings_name_everything_that_is_missing_at_once() -> None:
    with pytest.raises(LookupError) as missing:
        Settings.read("consult", ("safety",), {})
    names = {*ENVIRONMENT, "MESOFLOW_SAFETY_ADDRESS"}
    assert names == set(str(missing.value).partition(": ")[2].split(", "))


def test_settings_are_read_and_a_wrong_environment_refused() -> None:
    found = Settings.read("consult", environ=ENVIRONMENT)
    assert (found.development, found.state_dir) == (True, Path("/tmp/state"))
    assert found.relay_url == found.database_url
    with pytest.raises(LookupError, match="staging"):
        Settings.read("consult", environ={**ENVIRONMENT, "MESOFLOW_ENV": "staging"})


def test_a_log_line_has_an_errors_kind_and_place_and_not_its_words() -> None:
    try:
        raise ValueError("Zzcanary Quillfeather")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info()
        )
    record.event_id = "e"
    line = JsonFormatter("consult").format(record)
    said = json.loads(line)
    assert "Zzcanary" not in line
    assert (said["message"], said["error"], said["event_id"]) == ("it failed", "ValueError", "e")
    assert said["service"] == "consult"
