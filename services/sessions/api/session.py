"""SessionService: booking, the start gate, the checklist, the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mesoflow.sessions.v1 import model_pb2, service_pb2_grpc
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, caller_practitioner, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen
from services.sessions.api.gate import raise_device_gate
from services.sessions.domain.clinical import HoldSubject
from services.sessions.domain.course.errors import CourseNotFound
from services.sessions.domain.lot.errors import LotNotFound
from services.sessions.domain.session.commands import (
    AbortSession,
    BookSession,
    CompleteSession,
    RecordStep,
    StartSession,
)
from services.sessions.domain.session.errors import SessionNotFound
from services.sessions.domain.session.model import SafetyAnswer, usage_of
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.lot import LOT
from services.sessions.handlers.session import SESSION

FILTERS = ("course_id", "patient_id", "clinic_id", "practitioner_id")


class Asking(Protocol):
    """Who is asked at the needle whether anything is held."""

    async def clearance(self, subjects: Sequence[HoldSubject]) -> SafetyAnswer | None: ...


@dataclass(frozen=True, slots=True)
class Sessions(service_pb2_grpc.SessionServiceServicer):
    """Implements SessionService."""

    api: Api
    safety: Asking

    async def BookSession(
        self, request: pb.BookSessionRequest, context: Context
    ) -> pb.BookSessionResponse:
        # The request names no clinic: the course's must be one that the caller's token reaches.
        await self.api.get(COURSE, request.course_id, CourseNotFound)
        return await self.api.execute(request, pb.BookSessionResponse, SESSION, BookSession)

    async def StartSession(
        self, request: pb.StartSessionRequest, context: Context
    ) -> pb.StartSessionResponse:
        await raise_device_gate(self.api, request)
        answer = await self._asked(request)
        return await self.api.execute(
            request, pb.StartSessionResponse, SESSION, StartSession, answer=answer
        )

    async def RecordStep(
        self, request: pb.RecordStepRequest, context: Context
    ) -> pb.RecordStepResponse:
        return await self.api.execute(request, pb.RecordStepResponse, SESSION, RecordStep)

    async def CompleteSession(
        self, request: pb.CompleteSessionRequest, context: Context
    ) -> pb.CompleteSessionResponse:
        return await self.api.execute(request, pb.CompleteSessionResponse, SESSION, CompleteSession)

    async def AbortSession(
        self, request: pb.AbortSessionRequest, context: Context
    ) -> pb.AbortSessionResponse:
        return await self.api.execute(request, pb.AbortSessionResponse, SESSION, AbortSession)

    async def GetSession(
        self, request: pb.GetSessionRequest, context: Context
    ) -> pb.GetSessionResponse:
        found = await self.api.get(SESSION, request.session_id, SessionNotFound)
        return pb.GetSessionResponse(session=resource(found, model_pb2.Session))

    async def ListSessions(
        self, request: pb.ListSessionsRequest, context: Context
    ) -> pb.ListSessionsResponse:
        filters = {name: getattr(request, name) for name in FILTERS}
        filters["session_state"] = chosen(request, "state")
        items, token = await self.api.page(request, SESSION, filters)
        sessions = [resource(item, model_pb2.Session) for item in items]
        return pb.ListSessionsResponse(sessions=sessions, next_page_token=token)

    async def _asked(self, request: pb.StartSessionRequest) -> SafetyAnswer | None:
        """Ask safety about everything that the session is about to use."""
        session = (await self.api.get(SESSION, request.session_id, SessionNotFound)).state
        lots = [(await self.api.get(LOT, each, LotNotFound)).state for each in request.lot_ids]
        device = request.device_head_id if request.HasField("device_head_id") else None
        usage = usage_of(session, (caller_practitioner(),), device, lots)
        return await self.safety.clearance(usage.subjects)


def servicer(api: Api, safety: Asking) -> Servicer:
    """Return SessionService, ready to join a server."""
    return Servicer(
        "mesoflow.sessions.v1.SessionService",
        lambda server: service_pb2_grpc.add_SessionServiceServicer_to_server(
            Sessions(api, safety), server
        ),
    )
