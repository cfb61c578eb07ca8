"""The typed stubs of the four services, by what they are for."""

from dataclasses import dataclass

from grpc import aio

from mesoflow.billing.v1 import service_pb2_grpc as billing_grpc
from mesoflow.common.v1 import feed_pb2_grpc as feed_grpc
from mesoflow.consult.v1 import service_pb2_grpc as consult_grpc
from mesoflow.ops.v1 import service_pb2_grpc as ops_grpc
from mesoflow.safety.v1 import service_pb2_grpc as safety_grpc
from mesoflow.sessions.v1 import service_pb2_grpc as sessions_grpc


@dataclass(frozen=True, slots=True)
class Consult:
    """What the consult service offers."""

    directory: consult_grpc.DirectoryServiceStub
    patients: consult_grpc.PatientServiceStub
    consultations: consult_grpc.ConsultationServiceStub
    formulary: consult_grpc.FormularyServiceStub
    reference: consult_grpc.ReferenceServiceStub
    cocktails: consult_grpc.CocktailServiceStub
    plans: consult_grpc.PlanServiceStub
    responses: consult_grpc.ResponseServiceStub

    @classmethod
    def over(cls, channel: aio.Channel) -> "Consult":
        return cls(
            consult_grpc.DirectoryServiceStub(channel),
            consult_grpc.PatientServiceStub(channel),
            consult_grpc.ConsultationServiceStub(channel),
            consult_grpc.FormularyServiceStub(channel),
            consult_grpc.ReferenceServiceStub(channel),
            consult_grpc.CocktailServiceStub(channel),
            consult_grpc.PlanServiceStub(channel),
            consult_grpc.ResponseServiceStub(channel),
        )


@dataclass(frozen=True, slots=True)
class Sessions:
    """What the sessions service offers."""

    lots: sessions_grpc.LotServiceStub
    courses: sessions_grpc.CourseServiceStub
    sessions: sessions_grpc.SessionServiceStub
    outcomes: sessions_grpc.OutcomeServiceStub
    reactions: sessions_grpc.ReactionServiceStub

    @classmethod
    def over(cls, channel: aio.Channel) -> "Sessions":
        return cls(
            sessions_grpc.LotServiceStub(channel),
            sessions_grpc.CourseServiceStub(channel),
            sessions_grpc.SessionServiceStub(channel),
            sessions_grpc.OutcomeServiceStub(channel),
            sessions_grpc.ReactionServiceStub(channel),
        )


@dataclass(frozen=True, slots=True)
class Billing:
    """What the billing service offers."""

    price_lists: billing_grpc.PriceListServiceStub
    quotes: billing_grpc.QuoteServiceStub
    accounts: billing_grpc.AccountServiceStub
    invoices: billing_grpc.InvoiceServiceStub
    payments: billing_grpc.PaymentServiceStub

    @classmethod
    def over(cls, channel: aio.Channel) -> "Billing":
        return cls(
            billing_grpc.PriceListServiceStub(channel),
            billing_grpc.QuoteServiceStub(channel),
            billing_grpc.AccountServiceStub(channel),
            billing_grpc.InvoiceServiceStub(channel),
            billing_grpc.PaymentServiceStub(channel),
        )


@dataclass(frozen=True, slots=True)
class Safety:
    """What the safety service offers."""

    cases: safety_grpc.CaseServiceStub
    holds: safety_grpc.HoldServiceStub
    exposures: safety_grpc.ExposureServiceStub

    @classmethod
    def over(cls, channel: aio.Channel) -> "Safety":
        return cls(
            safety_grpc.CaseServiceStub(channel),
            safety_grpc.HoldServiceStub(channel),
            safety_grpc.ExposureServiceStub(channel),
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """What every service offers to operators, auditors and those who listen."""

    ops: ops_grpc.OpsServiceStub
    clock: ops_grpc.ClockServiceStub
    feed: feed_grpc.FeedServiceStub

    @classmethod
    def over(cls, channel: aio.Channel) -> "Operation":
        return cls(
            ops_grpc.OpsServiceStub(channel),
            ops_grpc.ClockServiceStub(channel),
            feed_grpc.FeedServiceStub(channel),
        )
