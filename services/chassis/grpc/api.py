"""What every servicer is made of: request to command, state to reply, lists to pages."""

import dataclasses
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, get_type_hints

from google.protobuf.message import Message

from services.chassis.clock import Clock, Ids
from services.chassis.grpc.pages import paging
from services.chassis.grpc.scope import Call, current
from services.chassis.handling import (
    AnyAggregate,
    ClinicForbidden,
    Invocation,
    Outcome,
    Owed,
    PageQuery,
    SealedValue,
    Store,
    Versioned,
    reached,
)
from services.chassis.identity import PractitionerRequired
from services.chassis.kernel import DomainError, SealedText, remembered
from services.chassis.mapping import field_names, from_message, to_reply, write_over
from services.chassis.sealing import KeyProvider, Sealer, derived_key
from services.chassis.telemetry import Kind, Telemetry

logger = logging.getLogger(__name__)

ReplyT = TypeVar("ReplyT", bound=Message)
StateT = TypeVar("StateT")


class Auditing(Protocol):
    """Where refusals and reads of identity are recorded."""

    async def audit(self, call: Invocation, subject_id: str, verdict: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Api:
    """The way from a call to the store and back; one per service, shared by its servicers."""

    store: Store
    audit: Auditing
    clock: Clock
    ids: Ids
    keys: KeyProvider
    sealer: Sealer
    telemetry: Telemetry

    async def execute(
        self,
        request: Any,
        reply: type[ReplyT],
        aggregate: AnyAggregate,
        command: type[Any],
        **more: object,
    ) -> ReplyT:
        """Build `command` by name from `request` and run it; reply with the new state's fields.

        The aggregate's id comes from the request, or is made new. Fields that the request
        lacks come from `more`, or are `at`, `practitioner_id` (the caller) and SealedText of
        the request's sensitive fields of the same name.
        """
        key_field = f"{aggregate.name}_id"
        key = str(more.get(key_field) or getattr(request, key_field, "") or self.ids.new())
        built, sealed = await self.build(request, command, key, {key_field: key} | more)
        return await self.run(request, reply, Owed(aggregate, key, built), sealed)

    async def run(
        self,
        request: Any,
        reply: type[ReplyT],
        owed: Owed,
        sealed: list[SealedValue],
    ) -> ReplyT:
        """Run a command that is built already."""
        name = type(owed.command).__name__
        with self.telemetry.span(
            f"handle {name}",
            Kind.INTERNAL,
            current().traceparent,
            attributes={"mesoflow.aggregate": owed.aggregate.name, "mesoflow.command": name},
        ) as span:
            call = self.invocation(request, sealed, span.traceparent)
            refuse_clinic_in_request(call, request)
            answer = await self.store.handle(owed, call, lambda outcome: replied(outcome, reply))
        return reply.FromString(answer)

    def invocation(
        self,
        request: Any,
        sealed: Sequence[SealedValue] = (),
        traceparent: str | None = None,
    ) -> Invocation:
        """Return who asks for what, from the verified token and the call."""
        call = current()
        caller = call.caller
        request_id = getattr(request, "request_id", None) or None
        return Invocation(
            chain_id=caller.chain_id,
            actor=caller.subject,
            at=self.clock.now(),
            clinics=caller.clinics,
            request_id=request_id,
            method=call.method,
            fingerprint=self._fingerprint(call, request) if request_id else b"",
            expected_version=version_in(getattr(request, "etag", "")),
            traceparent=traceparent,
            sealed=sealed,
        )

    def _fingerprint(self, call: Call, request: Message) -> bytes:
        key = derived_key(self.keys, call.caller.chain_id, "fingerprint")
        said = request.SerializeToString(deterministic=True)
        return hmac.digest(key, f"{call.method}\0{call.caller.subject}\0".encode() + said, "sha256")

    async def build(
        self, request: Message, command: type[Any], owner: str, more: dict[str, object]
    ) -> tuple[Any, list[SealedValue]]:
        """Return `command` by name from `request` and `more`, and what was sealed for `owner`.

        A request or `more` that names a patient makes them the owner. For `run`.
        """
        plan = _command_plan(type(request), command, frozenset(more))
        given = {name: value for name, value in more.items() if name in plan.wanted}
        sealed: list[SealedValue] = []
        chain_id = current().caller.chain_id
        owner = str(getattr(request, "patient_id", "") or more.get("patient_id") or owner)
        for name in plan.sealed:
            given[name] = None
            if content := sealable(request, name):
                given[name], value = await self.sealer.seal(chain_id, owner, name, content)
                sealed.append(value)
        if plan.at:
            given["at"] = self.clock.now()
        if plan.practitioner:
            given["practitioner_id"] = caller_practitioner()
        return from_message(request, command, **given), sealed

    async def get(self, aggregate: AnyAggregate, key: str, missing: type[DomainError]) -> Any:
        """Return the Versioned state of `key` in the caller's chain and clinics, or refuse."""
        found: Versioned[Any] | None = await self.store.get(
            current().caller.chain_id, aggregate, key
        )
        if found is None or not reachable(found.state):
            raise missing
        return found

    async def page(
        self,
        request: Any,
        aggregate: AnyAggregate,
        filters: Mapping[str, str],
    ) -> tuple[list[Versioned[Any]], str]:
        """Return the items of a list request and the next page's token."""
        caller = current().caller
        wanted = {name: value for name, value in filters.items() if value}
        asked = paging(self.keys, caller.chain_id, request, aggregate.name, wanted)
        clinics = caller.clinics if caller.clinics and has_clinic(aggregate.state) else None
        query = PageQuery(wanted, asked.size, clinics, asked.after)
        found = await self.store.page(caller.chain_id, aggregate, query)
        return list(found.items), asked.token.write(found.after) if found.after else ""

    async def audited(self, request: Message, subject_id: str) -> None:
        """Record that the caller reads something of `subject_id`, before it is read."""
        await self.audit.audit(self.invocation(request), subject_id, "READ")

    async def audited_refusal(self, call: Call, verdict: str) -> None:
        """Record a refusal where the caller is known; failing to changes no answer."""
        caller = call.principal
        if caller is None or verdict == "STORE_UNAVAILABLE":
            return
        said = Invocation(
            chain_id=caller.chain_id,
            actor=caller.subject,
            at=self.clock.now(),
            method=call.method,
            request_id=getattr(call.request, "request_id", None) or None,
        )
        try:
            await self.audit.audit(said, "", verdict)
        except Exception:
            logger.warning("not audited", extra={"method": call.method, "verdict": verdict})

    async def opened(self, owner_id: str, reference: SealedText | None) -> bytes:
        """Return what was sealed for the caller's chain, or nothing when it was erased."""
        if reference is None:
            return b""
        return await self.sealer.open(current().caller.chain_id, owner_id, reference) or b""


def replied(outcome: Outcome[Any], reply: type[Message]) -> bytes:
    """Return the bytes of `reply`: fields of the new state, of its last event, and the etag."""
    message = resource(Versioned(outcome.state, outcome.version), reply)
    if outcome.events:
        write_over(message, outcome.events[-1])
    return message.SerializeToString()


def resource(found: Versioned[Any], message: type[ReplyT], **more: object) -> ReplyT:
    """Return a state as its message, with its etag."""
    if "etag" in field_names(message):
        more["etag"] = found.etag
    return to_reply(found.state, message, **more)


def has_clinic(state: type[Any]) -> bool:
    """Tell whether things of this kind belong to a clinic."""
    return any(f.name == "clinic_id" for f in dataclasses.fields(state))


def reachable(state: object) -> bool:
    """Tell whether the caller's token reaches a clinic of `state`."""
    return reached(current().caller.clinics, state)


def refuse_clinic_in_request(call: Invocation, request: object) -> None:
    """Refuse a request that names a clinic which the token does not reach."""
    clinic_id = getattr(request, "clinic_id", "")
    if clinic_id and call.clinics and clinic_id not in call.clinics:
        raise ClinicForbidden


def caller_practitioner() -> str:
    """Return the practitioner that the caller's token names, or refuse."""
    practitioner_id = current().caller.practitioner_id
    if practitioner_id is None:
        raise PractitionerRequired
    return practitioner_id


def version_in(etag: str) -> int | None:
    """Return the version an etag names; None for no etag; -1 matches nothing."""
    if not etag:
        return None
    digits = etag.strip('"')
    return int(digits) if digits.isascii() and digits.isdecimal() else -1


@dataclass(frozen=True, slots=True)
class _CommandPlan:
    wanted: frozenset[str]
    sealed: tuple[str, ...]
    at: bool
    practitioner: bool


@remembered
def _command_plan(
    request: type[Message], command: type[Any], given: frozenset[str]
) -> _CommandPlan:
    hints = get_type_hints(command)
    wanted = frozenset(f.name for f in dataclasses.fields(command))
    in_request = frozenset(field_names(request))
    sealed = tuple(
        name for name, hint in hints.items() if "SealedText" in str(hint) and name not in given
    )
    return _CommandPlan(
        wanted,
        sealed,
        "at" in wanted and "at" not in in_request | given,
        "practitioner_id" in wanted and "practitioner_id" not in in_request | given,
    )


def sealable(request: Any, name: str) -> bytes:
    """Return what is to be sealed of field `name`: a text, or a message of texts."""
    value = getattr(request, name)
    if isinstance(value, Message):
        return value.SerializeToString()
    return str(value).encode()
