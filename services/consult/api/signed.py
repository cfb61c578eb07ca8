"""What the caller's chain signed over the reference files."""

from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import current
from services.consult.domain.formulary.model import Changes, formulary_of
from services.consult.handlers.formulary import FORMULARY


async def changes_of(api: Api) -> Changes | None:
    """Return what the caller's chain signed, if it signed anything."""
    chain_id = current().caller.chain_id
    found = await api.store.get(chain_id, FORMULARY, formulary_of(chain_id))
    return found.state if found else None
