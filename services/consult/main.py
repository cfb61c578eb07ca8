"""Consult, put together: the only file that knows every room."""

from services.chassis.runtime import Context, Service, main
from services.consult.api import consultation, directory, formulary, patient, plan
from services.consult.config import settings
from services.consult.events.consumers import HEARINGS
from services.consult.events.published import CONTRACT
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.directory import CHAIN, CLINIC, PRACTITIONER
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.plan import PLAN
from services.consult.reference.loader import reference, refuse_unsigned


def build(context: Context) -> Service:
    """Return consult with its servicers on `context`."""
    rooms = (directory, patient, consultation, formulary, plan)
    return Service(
        name="consult",
        contract=CONTRACT,
        aggregates=(CHAIN, CLINIC, PRACTITIONER, PATIENT, CONSULTATION, PLAN),
        servicers=tuple(room.servicer(context.api) for room in rooms),
        hearings=HEARINGS,
    )


def start() -> None:
    """Run consult as this process, or migrate its store."""
    chosen = settings()
    if not chosen.development:
        refuse_unsigned(reference())
    main(chosen, CONTRACT, build)
