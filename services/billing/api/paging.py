"""Pages of fact rows, under the same tokens as pages of documents."""

from collections.abc import Mapping

from services.billing.handlers.views import Asked
from services.chassis.grpc.api import Api
from services.chassis.grpc.pages import ListRequest, Paging, paging
from services.chassis.grpc.scope import current


def asked_for(
    api: Api, request: ListRequest, name: str, filters: Mapping[str, str]
) -> tuple[Asked, Paging]:
    """Return the question to the views that `request` asks, and its page.

    `filters` are fields of Asked.
    """
    caller = current().caller
    wanted = {key: value for key, value in filters.items() if value}
    page = paging(api.keys, caller.chain_id, request, name, wanted)
    asked = Asked(
        chain_id=caller.chain_id,
        clinics=caller.clinics,
        most=page.size + 1,
        after=page.after,
        **wanted,
    )
    return asked, page
