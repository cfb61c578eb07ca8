"""Dataclass to jsonb and back, here alone."""

from typing import Any, TypeVar

import msgspec

from services.chassis.kernel import remembered

StateT = TypeVar("StateT")

_encode = msgspec.json.Encoder().encode


@remembered
def _decoder(state: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(state)


def to_jsonb(state: object) -> str:
    """Return `state` as JSON text; times are `…Z`."""
    return _encode(state).decode()


def from_jsonb(text: str, state: type[StateT]) -> StateT:
    """Read JSON `text` back into dataclass `state`."""
    decoded: StateT = _decoder(state).decode(text)
    return decoded
