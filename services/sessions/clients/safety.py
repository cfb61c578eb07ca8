"""The question that may not be stale: is any of this held, now?"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from grpc import aio

from mesoflow.clinical.v1 import hold_pb2
from mesoflow.safety.v1 import service_pb2 as pb
from mesoflow.safety.v1 import service_pb2_grpc
from services.chassis.grpc.client import ask
from services.chassis.mapping import from_message, to_message
from services.sessions.domain.clinical import HoldSubject
from services.sessions.domain.session.model import SafetyAnswer

logger = logging.getLogger(__name__)
ASK_SECONDS = 0.5
TRIES = 2
# The schema's limit of subjects in one question.
SUBJECTS_MOST = 64


@dataclass(frozen=True, slots=True)
class Safety:
    """Asks safety's ClearanceService in the name of the caller."""

    channel: aio.Channel

    async def clearance(self, subjects: Sequence[HoldSubject]) -> SafetyAnswer | None:
        """Return what safety says of all `subjects`, or None when it did not say it in time.

        Any failure at all is None, so that whatever goes wrong on the way nothing starts.
        """
        try:
            answers = [await self._ask(some) for some in parts(subjects)]
        except Exception as error:
            logger.warning("safety could not be asked", extra={"because": type(error).__name__})
            return None
        return joined(answers)

    async def _ask(self, subjects: Sequence[HoldSubject]) -> SafetyAnswer:
        stub = service_pb2_grpc.ClearanceServiceStub(self.channel)
        request = pb.CheckClearanceRequest(
            subjects=[to_message(each, hold_pb2.HoldSubject) for each in subjects]
        )
        reply = await ask(stub.CheckClearance, request, seconds=ASK_SECONDS, tries=TRIES)
        return from_message(reply, SafetyAnswer)


def parts(subjects: Sequence[HoldSubject]) -> list[Sequence[HoldSubject]]:
    """Return `subjects` in as few questions as the schema allows."""
    starts = range(0, len(subjects), SUBJECTS_MOST)
    return [subjects[start : start + SUBJECTS_MOST] for start in starts]


def joined(answers: Sequence[SafetyAnswer]) -> SafetyAnswer:
    """Return one answer: all the holds, as old as the oldest of the parts."""
    return SafetyAnswer(
        active_holds=tuple(hold for answer in answers for hold in answer.active_holds),
        asked_at=min(answer.asked_at for answer in answers),
        feed_no=min(answer.feed_no for answer in answers),
    )
