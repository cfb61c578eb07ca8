"""AccountService: credits, balances and the ledger's lines of one accepted plan."""

from dataclasses import dataclass

from mesoflow.billing.v1 import model_pb2, service_pb2_grpc
from mesoflow.billing.v1 import service_pb2 as pb
from services.billing.api.paging import asked_for
from services.billing.api.person import account_shown, exported
from services.billing.domain.account.errors import AccountNotFound
from services.billing.domain.account.model import account_of
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.views import Views
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen, to_reply


@dataclass(frozen=True, slots=True)
class Accounts(service_pb2_grpc.AccountServiceServicer):
    """Implements AccountService."""

    api: Api
    views: Views

    async def GetAccount(
        self, request: pb.GetAccountRequest, context: Context
    ) -> pb.GetAccountResponse:
        account_id = request.account_id or account_of(request.plan_id)
        found = await self.api.get(ACCOUNT, account_id, AccountNotFound)
        return pb.GetAccountResponse(account=account_shown(found))

    async def ExportPatient(
        self, request: pb.ExportPatientRequest, context: Context
    ) -> pb.ExportPatientResponse:
        return await exported(self.api, self.views, request)

    async def ListAccounts(
        self, request: pb.ListAccountsRequest, context: Context
    ) -> pb.ListAccountsResponse:
        filters = {
            "patient_id": request.patient_id,
            "clinic_id": request.clinic_id,
            "account_state": chosen(request, "state"),
        }
        items, token = await self.api.page(request, ACCOUNT, filters)
        return pb.ListAccountsResponse(accounts=map(account_shown, items), next_page_token=token)

    async def ListPostings(
        self, request: pb.ListPostingsRequest, context: Context
    ) -> pb.ListPostingsResponse:
        await self.api.get(ACCOUNT, request.account_id, AccountNotFound)
        asked, page = asked_for(self.api, request, "posting", {"account_id": request.account_id})
        found, token = page.cut(await self.views.postings(asked), lambda line: line.place)
        postings = [to_reply(line, model_pb2.Posting) for line in found]
        return pb.ListPostingsResponse(postings=postings, next_page_token=token)


def servicer(api: Api, views: Views) -> Servicer:
    """Return AccountService, ready to join a server."""
    return Servicer(
        "mesoflow.billing.v1.AccountService",
        lambda server: service_pb2_grpc.add_AccountServiceServicer_to_server(
            Accounts(api, views), server
        ),
    )
