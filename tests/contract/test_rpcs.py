"""Every rpc says who may call it and how it refuses, and says so truly."""

import re

import protovalidate
import pytest
from google.protobuf.descriptor import MethodDescriptor

from mesoflow.common.v1 import error_pb2
from mesoflow.options.v1 import options_pb2
from services.chassis.messages import method_roles, role_name
from tests.contract.published import PROTO, methods
from tests.contract.sample import sample
from tests.support.calls import status_name

REASON_NAMES = [value.name for value in error_pb2.Reason.DESCRIPTOR.values]
REASONS = {name.removeprefix("REASON_") for name in REASON_NAMES} - {"UNSPECIFIED"}
STATUSES = {
    "INVALID_ARGUMENT NOT_FOUND ALREADY_EXISTS FAILED_PRECONDITION ABORTED PERMISSION_DENIED "
    "UNAUTHENTICATED UNAVAILABLE RESOURCE_EXHAUSTED OUT_OF_RANGE INTERNAL"
}.pop().split()
NONE = "none of its own"
METHODS = methods()
MUTATIONS = [m for m in METHODS if "request_id" in m.input_type.fields_by_name]


def name_of(method: MethodDescriptor) -> str:
    return str(method.full_name)


def comment_of(method: MethodDescriptor) -> str:
    """Return the comment above an rpc, as one line."""
    text = (PROTO / method.containing_service.file.name).read_text()
    service = text.partition(f"service {method.containing_service.name} {{")[2]
    above = service.partition(f"  rpc {method.name}(")[0].rpartition("}\n")[2]
    lines = [line.strip().removeprefix("//").strip() for line in above.splitlines()]
    return " ".join(line for line in lines if line)


def errors_of(method: MethodDescriptor) -> list[tuple[str, str]]:
    """Return (status, reason) of every error that the comment names."""
    named: list[tuple[str, str]] = []
    status = ""
    for word in re.findall(r"[A-Z_]{4,}", comment_of(method).rpartition("Errors:")[2]):
        if word in STATUSES:
            status = word
        else:
            named.append((status, word))
    return named


def status_of(reason: str) -> str:
    """Return the status that the catalogue gives to a reason."""
    value = error_pb2.Reason.DESCRIPTOR.values_by_name[f"REASON_{reason}"]
    return status_name(value.GetOptions().Extensions[options_pb2.status])


@pytest.mark.parametrize("method", METHODS, ids=name_of)
def test_an_rpc_names_its_roles(method: MethodDescriptor) -> None:
    roles = method_roles(method)
    assert roles
    assert role_name(0) not in roles


@pytest.mark.parametrize("method", METHODS, ids=name_of)
def test_an_rpc_names_its_errors_and_the_catalogue_knows_them(method: MethodDescriptor) -> None:
    comment = comment_of(method)
    assert "Errors:" in comment, "its comment ends with the errors"
    errors = errors_of(method)
    assert errors or NONE in comment
    assert [reason for _, reason in errors if reason not in REASONS] == []
    assert [e for e in errors if e[0] != status_of(e[1])] == []


@pytest.mark.parametrize("method", MUTATIONS, ids=name_of)
def test_a_request_id_is_a_uuid(method: MethodDescriptor) -> None:
    request = sample(method.input_type)
    broken = {path_of(v) for v in protovalidate.collect_violations(request)}
    assert "request_id" in broken, "the sample's is none"


@pytest.mark.parametrize("method", METHODS, ids=name_of)
def test_the_rules_of_every_request_compile_and_run(method: MethodDescriptor) -> None:
    validator = protovalidate.Validator()
    for depth in (0, 6):
        validator.collect_violations(sample(method.input_type, depth=depth))


def path_of(violation: protovalidate.Violation) -> str:
    """Return the field that a violation names; nothing for one of the whole message."""
    elements = violation.proto.field.elements if violation.proto.field is not None else ()
    return ".".join(str(element.field_name) for element in elements)


def test_every_reason_has_a_status() -> None:
    assert [reason for reason in REASONS if status_of(reason) not in STATUSES] == []
