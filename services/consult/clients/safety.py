"""The question that may not be stale: which serious cases of this person are open, now?"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from grpc import aio

from mesoflow.safety.v1 import service_pb2 as pb
from mesoflow.safety.v1 import service_pb2_grpc
from services.chassis.grpc.client import ask
from services.chassis.mapping import from_message
from services.consult.domain.patient.keeping import Kept

logger = logging.getLogger(__name__)
ASK_SECONDS = 0.5
TRIES = 2


@dataclass(frozen=True, slots=True)
class Safety:
    """Asks safety's CaseService in the name of the caller."""

    channel: aio.Channel

    async def erasure(self, patient_ids: Sequence[str]) -> Kept | None:
        """Return what safety says of all `patient_ids`, or None when it did not say it in time.

        Any failure at all is None, so that whatever goes wrong on the way nothing is erased.
        """
        stub = service_pb2_grpc.CaseServiceStub(self.channel)
        request = pb.CheckErasureRequest(patient_ids=patient_ids)
        try:
            reply = await ask(stub.CheckErasure, request, seconds=ASK_SECONDS, tries=TRIES)
        except Exception as error:
            logger.warning("safety could not be asked", extra={"because": type(error).__name__})
            return None
        return from_message(reply, Kept)
