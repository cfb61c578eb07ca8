"""What rpcs ask of gates. They have none of their own: gates are raised and closed by events."""

import dataclasses

from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import current
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.gate.commands import RaiseGate
from services.sessions.domain.gate.model import gate_id_of
from services.sessions.handlers.gate import GATE


async def held(api: Api, subject: HoldSubject) -> bool:
    """Tell whether anything holds `subject` as far as is known here."""
    gate = await api.store.get(current().caller.chain_id, GATE, gate_id_of(subject))
    return gate is not None and bool(gate.state.holds)


async def raise_device_gate(api: Api, request: pb.StartSessionRequest) -> None:
    """Raise the gate of a single-use head, which nobody hears of before it is used."""
    if not request.HasField("device_head_id"):
        return
    subject = HoldSubject(HoldKind.DEVICE, request.device_head_id)
    gate_id = gate_id_of(subject)
    # Not the request's own effect, so under a request id beside its own and with no etag.
    call = dataclasses.replace(
        api.invocation(request),
        request_id=derived_id("device-gate", request.request_id),
        expected_version=None,
    )
    owed = Owed(GATE, gate_id, RaiseGate(gate_id, subject, call.at))
    await api.store.handle(owed, call, lambda outcome: b"")
