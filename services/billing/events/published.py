"""The public contract: every event class and the message of its name."""

from mesoflow.billing.v1 import events_pb2
from services.billing.domain.account import events as account
from services.billing.domain.invoice import events as invoice
from services.billing.domain.person import events as person
from services.billing.domain.price_list import events as price_list
from services.billing.domain.quote import events as quote
from services.billing.domain.withdrawal import events as withdrawal
from services.chassis.messages import contract

CONTRACT = contract(events_pb2, price_list, quote, account, invoice, person, withdrawal)
