"""Consult, put together: the only file that knows every room."""

from services.chassis.runtime import Context, Service, main
from services.consult.api import (
    cocktail,
    consultation,
    directory,
    formulary,
    patient,
    plan,
    response,
)
from services.consult.api import reference as reference_api
from services.consult.api.erasure import Erasure
from services.consult.api.export import Export
from services.consult.clients.neighbours import Neighbours
from services.consult.clients.safety import Safety
from services.consult.config import settings
from services.consult.events.consumers import HEARINGS
from services.consult.events.published import CONTRACT
from services.consult.events.timers import FIRINGS
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.directory import CHAIN, CLINIC, PRACTITIONER
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.plan import PLAN
from services.consult.handlers.response import RESPONSE
from services.consult.reference.loader import reference, refuse_unsigned
from services.consult.store.typed import PostgresTyped


def build(context: Context) -> Service:
    """Return consult with its servicers on `context`."""
    api, channels = context.api, context.channels
    rooms = (directory, consultation, formulary, reference_api, cocktail, plan, response)
    erasure = Erasure(api, Safety(channels["safety"]))
    export = Export(api, Neighbours(channels), PostgresTyped(context.pool, CONTRACT))
    return Service(
        name="consult",
        contract=CONTRACT,
        aggregates=(
            CHAIN,
            CLINIC,
            PRACTITIONER,
            PATIENT,
            CONSULTATION,
            FORMULARY,
            PLAN,
            RESPONSE,
        ),
        servicers=(
            *(room.servicer(api) for room in rooms),
            patient.servicer(api, erasure, export),
        ),
        hearings=HEARINGS,
        firings=FIRINGS,
    )


def start() -> None:
    """Run consult as this process, or migrate its store."""
    chosen = settings()
    if not chosen.development:
        refuse_unsigned(reference())
    main(chosen, CONTRACT, build)
